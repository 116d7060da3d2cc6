// The definition that an execution runs, with what it did in it.
import { useMemo } from "react";
import { GraphView } from "../graph";
import { nameOf } from "../ui/format";
import { overlayOf } from "./model/overlay";
import type { Selection } from "./selection";
import type { Execution } from "./use-execution";

export function GraphTab({ execution, selection }: { execution: Execution; selection: Selection }) {
  const { graph, ids, reading } = execution;
  const { history } = reading;
  // The history is the same object however long it grows; the reading is another with each news.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  const overlay = useMemo(
    () => (graph ? overlayOf(history, graph, ids) : undefined),
    [reading, graph, ids],
  );
  const names = useMemo(() => new Map([...ids].map(([name, id]) => [id, name])), [ids]);
  if (!graph || !overlay) return <p className="empty">Loading the definition…</p>;
  const selected = selection.state === undefined ? undefined : ids.get(selection.state);
  return (
    <div className="execution-graph">
      <GraphView
        graph={graph}
        label={`Graph of ${nameOf(execution.arn)}`}
        status={overlay.status}
        counts={overlay.counts}
        badges={overlay.badges}
        selected={selected}
        onSelect={(id) => selection.selectState(id === undefined ? undefined : names.get(id))}
      />
    </div>
  );
}
