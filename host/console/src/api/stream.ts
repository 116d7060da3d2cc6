// Events as the host sends them (server-sent events), read with fetch: an EventSource cannot say where to go on.
import { hostUrl } from "../app/base";
import { problem } from "./client";

/** How long to wait before a stream that broke is opened again, in milliseconds: the first time, and at most. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/** Longest line of a stream, in characters. */
const MAX_LINE = 64 * 1024 * 1024;

export interface ServerEvent {
  event: string;
  id: string;
  data: string;
}

/** Takes a stream's text piece by piece, and gives its events. */
export class EventParser {
  #rest = "";
  #event = "message";
  #id = "";
  #data: string[] = [];

  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > MAX_LINE) throw new Error("A line of the stream is too long");
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line === "") {
        if (this.#data.length > 0) {
          events.push({ event: this.#event, id: this.#id, data: this.#data.join("\n") });
        }
        this.#event = "message";
        this.#data = [];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "event") this.#event = value;
      else if (name === "id") this.#id = value;
      else if (name === "data") this.#data.push(value);
    }
    return events;
  }
}

export interface Following {
  /** Behind `api/`. */
  path: string;
  /** The last event that is there already. */
  lastEventId?: () => string | undefined;
  /** Events that came together. What it returns says whether to go on. */
  onEvents: (events: ServerEvent[]) => boolean;
  /** Whether events come at the moment. */
  onState?: (connected: boolean) => void;
  signal: AbortSignal;
}

/** Follows a stream until it is told to stop, and opens it again where it breaks. */
export async function follow(following: Following): Promise<void> {
  const { signal, onState } = following;
  let pause = FIRST_PAUSE;
  while (!signal.aborted) {
    try {
      const more = await readOnce(following, () => {
        pause = FIRST_PAUSE;
        onState?.(true);
      });
      if (!more) return;
    } catch {
      // It is opened again below, whatever it was.
    }
    if (signal.aborted) return;
    onState?.(false);
    await sleep(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

async function readOnce(following: Following, opened: () => void): Promise<boolean> {
  const last = following.lastEventId?.();
  const response = await fetch(hostUrl(`api/${following.path}`), {
    headers: { Accept: "text/event-stream", ...(last ? { "Last-Event-ID": last } : {}) },
    signal: following.signal,
  });
  if (!response.ok || !response.body) throw problem(response, await response.text());
  opened();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return true;
    const events = parser.push(value);
    if (events.length > 0 && !following.onEvents(events)) {
      await reader.cancel();
      return false;
    }
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
