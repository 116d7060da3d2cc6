// Which of a state's visits is shown, and the ways to the others: the one before, the next, and the next that failed.
import { Button } from "../ui/button";
import { count } from "../ui/format";
import type { Visit } from "./model/visit";
import type { Selection } from "./selection";
import type { Execution } from "./use-execution";

interface Props {
  execution: Execution;
  selection: Selection;
  visit: Visit;
}

export function Visits({ execution, selection, visit }: Props) {
  const all = execution.reading.history.byState.get(visit.state) ?? [];
  if (all.length < 2) return null;
  const at = all.indexOf(visit);
  const bad = all.filter((one) => one.failed !== undefined || one.aborted);
  const next = bad.find((one) => one.id > visit.id) ?? bad[0];
  const step = (by: number) => {
    const to = all[at + by];
    if (to) selection.selectVisit(to);
  };
  const place = `${count(at + 1)} of ${count(all.length)}`;
  return (
    <span className="visits number">
      {next && !(bad.length === 1 && next === visit) && (
        <Button kind="quiet" size="s" onClick={() => selection.selectVisit(next)}>
          {count(bad.length)} failed ›
        </Button>
      )}
      <Button
        kind="quiet"
        size="s"
        aria-label="Visit before"
        disabled={at === 0}
        onClick={() => step(-1)}
      >
        ‹
      </Button>
      {visit.iteration === undefined ? place : `item ${visit.iteration} · ${place}`}
      <Button
        kind="quiet"
        size="s"
        aria-label="Next visit"
        disabled={at === all.length - 1}
        onClick={() => step(1)}
      >
        ›
      </Button>
    </span>
  );
}
