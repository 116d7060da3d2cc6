// The Workflow Studio's page: opens a state machine, or begins with an empty canvas.
import { useEffect, useState } from "react";
import { told } from "../api/client";
import { Notice } from "../ui/button";
import { EMPTY, load, NEW } from "./machine";
import { Session } from "./session";
import "./studio.css";
import { isModified, type Opened } from "./opened";
import { draftFor, drafts, useDrafts } from "./use-drafts";
import { Workbench } from "./workbench";

/** What was open stays open while other pages are looked at; at most so many. */
const MAX_OPEN = 8;
const open = new Map<string, Opened>();
const FRESH = "";

function keep(key: string, opened: Opened): void {
  open.delete(key);
  open.set(key, opened);
  const oldest = open.keys().next().value;
  if (open.size > MAX_OPEN && oldest !== undefined) open.delete(oldest);
}

export default function Studio({ arn }: { arn?: string }) {
  const key = arn ?? FRESH;
  const [, redraw] = useState(0);
  const [error, setError] = useState<string>();
  const opened = open.get(key);
  useEffect(() => {
    setError(undefined);
    if (open.has(key)) return;
    const show = (next: Opened) => {
      keep(key, { ...next, draft: draftFor(key, next) });
      redraw((count) => count + 1);
    };
    if (key === FRESH) return show({ session: new Session(EMPTY), config: NEW, saved: undefined });
    let wanted = true;
    load(key)
      .then(
        (saved) =>
          wanted && show({ session: new Session(saved.definition), config: saved.config, saved }),
      )
      .catch((cause: unknown) => wanted && setError(told(cause)));
    return () => {
      wanted = false;
    };
  }, [key]);
  useLeaveWarning(opened);
  const unkept = useDrafts(key, opened);
  if (error) {
    return (
      <div className="page">
        <Notice>{error}</Notice>
      </div>
    );
  }
  if (!opened) return <p className="page quiet">Loading…</p>;
  const change = (next: Opened) => {
    if (next.saved && next.saved.arn !== key) {
      open.delete(key);
      drafts().forget(key);
    }
    keep(next.saved?.arn ?? FRESH, next);
    redraw((count) => count + 1);
  };
  return (
    <Workbench key={opened.saved?.arn ?? FRESH} opened={opened} unkept={unkept} onChange={change} />
  );
}

/** Closing the window leaves what is not saved: as a draft at best. */
function useLeaveWarning(opened: Opened | undefined): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (opened && isModified(opened)) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [opened]);
}
