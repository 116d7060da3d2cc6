// An execution's history as it is read and as it goes on: a range after the other, then the stream of what happens.
import { get } from "../../api/client";
import type { HistoryEvent } from "../../api/shapes";
import { follow, type ServerEvent } from "../../api/stream";
import { History } from "./history";

/** Events of a range. The first is small, so that something is seen at once. */
const FIRST_RANGE = 1_000;
const RANGE = 4_000;

/** Most events that the console holds of an execution; of a longer history, the first so many. */
export const MAX_EVENTS = 250_000;

/** How often listeners are told of news, in milliseconds. */
const NEWS = 120;

interface Range {
  events: HistoryEvent[];
  lastEventId: number;
}

/** What is known of a history at the moment. Its identity changes with each news. */
export interface Reading {
  history: History;
  /** Whether all events that there were at the beginning have been read. */
  whole: boolean;
  /** Whether there are more than the console holds. */
  truncated: boolean;
  /** Whether news come, for an execution that goes on. */
  connected: boolean;
  error?: unknown;
}

export class HistoryStore {
  readonly #path: string;
  #reading: Reading = { history: new History(), whole: false, truncated: false, connected: false };
  readonly #listeners = new Set<() => void>();
  #told: ReturnType<typeof setTimeout> | undefined;
  #abort = new AbortController();

  constructor(arn: string) {
    this.#path = `executions/${encodeURIComponent(arn)}`;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly reading = (): Reading => this.#reading;

  /** Begins to read, or goes on: after a redrive there is more to come. */
  start(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    void this.#run(this.#abort.signal);
  }

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#told);
    this.#told = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      await this.#readAll(signal);
    } catch (error) {
      if (!signal.aborted) this.#change({ error });
      return;
    }
    const { history, truncated } = this.#reading;
    if (signal.aborted || truncated || history.end) return;
    await follow({
      path: `${this.#path}/events?data=false`,
      signal,
      lastEventId: () => String(history.lastId),
      onEvents: (events) => this.#happens(events),
      onState: (connected) => this.#change({ connected }),
    });
    if (!signal.aborted) this.#change({ connected: false });
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    const { history } = this.#reading;
    for (let limit = FIRST_RANGE; ; limit = RANGE) {
      const query = `?data=false&from=${history.lastId + 1}&limit=${limit}`;
      const range = await get<Range>(`${this.#path}/history${query}`, signal);
      history.push(range.events);
      const whole = history.lastId >= range.lastEventId || range.events.length === 0;
      const truncated = !whole && history.lastId >= MAX_EVENTS;
      this.#change({ whole: whole || truncated, truncated });
      if (whole || truncated) return;
    }
  }

  #happens(events: ServerEvent[]): boolean {
    const news = events.filter((event) => event.event === "history");
    this.#reading.history.push(news.map((event) => JSON.parse(event.data) as HistoryEvent));
    this.#change({});
    return !events.some((event) => event.event === "end");
  }

  /** Listeners are told some time later, of all that came until then. */
  #change(change: Partial<Reading>): void {
    this.#reading = { ...this.#reading, ...change };
    this.#told ??= setTimeout(() => {
      this.#told = undefined;
      this.#reading = { ...this.#reading };
      for (const listener of this.#listeners) listener();
    }, NEWS);
  }
}
