// An execution in files: its history with all data, and its graph as a picture.
import { get } from "../api/client";
import type { HistoryEvent } from "../api/shapes";
import { drawSvg, exportPng } from "../graph";
import { nameOf } from "../ui/format";
import { overlayOf } from "./model/overlay";
import type { Execution } from "./use-execution";

/** Gives the browser a file to keep. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The history as GetExecutionHistory answers it, whole: with inputs and outputs. */
export async function exportHistory(execution: Execution): Promise<void> {
  const path = `executions/${encodeURIComponent(execution.arn)}/history`;
  const events: HistoryEvent[] = [];
  for (;;) {
    const range = await get<{ events: HistoryEvent[]; lastEventId: number }>(
      `${path}?from=${events.length + 1}`,
    );
    events.push(...range.events);
    if (range.events.length === 0 || events.length >= range.lastEventId) break;
  }
  const text = JSON.stringify({ events }, null, 2);
  save(`${nameOf(execution.arn)}.history.json`, new Blob([text], { type: "application/json" }));
}

/** The graph, with what the execution did in it. */
export async function exportGraph(execution: Execution, form: "svg" | "png"): Promise<void> {
  const { graph, ids, reading } = execution;
  if (!graph) throw new Error("there is no definition to draw yet");
  const svg = await drawSvg(graph, overlayOf(reading.history, graph, ids).status);
  const picture =
    form === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : await exportPng(svg);
  save(`${nameOf(execution.arn)}.${form}`, picture);
}
