// What happens on the host meanwhile, for lists: that there is something new, and no more.
import { useEffect, useRef, useState } from "react";
import { queryOf } from "../api/client";
import { follow } from "../api/stream";

/** How long after something happened a list is read again, in milliseconds: what happens together is read once. */
const PAUSE = 400;

const MATTERS = /"type":"Execution(Started|Succeeded|Failed|Aborted|TimedOut|Redriven)"/;

/** Calls when executions start or end, and tells whether it would hear of it: `undefined` until that is known. */
export function useHappenings(
  machineArn: string | undefined,
  onNews: () => void,
): boolean | undefined {
  const [connected, setConnected] = useState<boolean>();
  const told = useRef(onNews);
  told.current = onNews;
  useEffect(() => {
    let abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const news = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        told.current();
      }, PAUSE);
    };
    const start = () => {
      abort = new AbortController();
      void follow({
        path: `events${queryOf({ stateMachineArn: machineArn })}`,
        signal: abort.signal,
        onState: (now) => {
          setConnected(now);
          // What happened before the stream was open was not heard.
          if (now) news();
        },
        onEvents: (events) => {
          if (events.some((event) => event.event === "lagged" || MATTERS.test(event.data))) news();
          return true;
        },
      });
    };
    const visible = () => (document.hidden ? abort.abort() : start());
    start();
    document.addEventListener("visibilitychange", visible);
    return () => {
      document.removeEventListener("visibilitychange", visible);
      clearTimeout(timer);
      abort.abort();
    };
  }, [machineArn]);
  return connected;
}
