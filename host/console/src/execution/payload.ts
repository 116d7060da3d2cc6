// Inputs and outputs, each read when it is wanted: a history without them is small.
import { get } from "../api/client";
import type { HistoryEvent } from "../api/shapes";
import { detailsOf } from "./model/event";

/** An event with its data. */
export async function readEvent(
  arn: string,
  id: number,
  signal?: AbortSignal,
): Promise<HistoryEvent | undefined> {
  const path = `executions/${encodeURIComponent(arn)}/history?from=${id}&limit=1`;
  const { events } = await get<{ events: HistoryEvent[] }>(path, signal);
  return events[0];
}

/** A text in an event's data, such as `input`; empty where it has none. */
export async function readPayload(
  arn: string,
  id: number,
  name: string,
  signal?: AbortSignal,
): Promise<string> {
  const event = await readEvent(arn, id, signal);
  const value = event && detailsOf(event)[name];
  return typeof value === "string" ? value : "";
}
