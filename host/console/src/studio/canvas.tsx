// The Design mode's graph.
import { type DragEvent, useCallback, useMemo } from "react";
import { GraphView, type Problem } from "../graph";
import { useSnapshot, useStudio } from "./context";
import { beginDrag } from "./dragging";
import { DropPoints } from "./drop-points";
import { PALETTE_SEARCH } from "./palette";

export function Canvas({ onPick }: { onPick?: () => void }) {
  const { session, graph, diagnostics, setTarget } = useStudio();
  const { selected } = useSnapshot(session);
  const problems = useMemo(() => {
    const worst = new Map<string, Problem>();
    for (const { state, severity } of diagnostics) {
      if (state !== undefined && worst.get(state) !== "ERROR") worst.set(state, severity);
    }
    return worst;
  }, [diagnostics]);
  const select = useCallback(
    (id: string | undefined) => {
      session.select(id);
      setTarget(undefined);
    },
    [session, setTarget],
  );
  const dragStart = useCallback(
    (event: DragEvent, id: string) => beginDrag(event, { what: "state", id }, id),
    [],
  );
  return (
    <GraphView
      graph={graph}
      label="Graph of the workflow"
      problems={problems}
      selected={selected}
      onSelect={select}
      onDragStart={dragStart}
      emptyText=""
      overlay={(laid) => (
        <DropPoints
          laid={laid}
          onPick={(place) => {
            setTarget(place);
            onPick?.();
            // The palette may just have been opened.
            requestAnimationFrame(() => document.getElementById(PALETTE_SEARCH)?.focus());
          }}
        />
      )}
    />
  );
}
