// Why an execution did not succeed: the step, the error and its cause, in words.
import { Button, Notice } from "../ui/button";
import type { Selection } from "./selection";
import type { Execution } from "./use-execution";

/** Longest cause that is shown whole, in characters; the panel has all of it. */
const LONG = 400;

const SENTENCES: Record<string, string> = {
  FAILED: "The execution failed",
  TIMED_OUT: "The execution took longer than its TimeoutSeconds",
  ABORTED: "The execution was stopped",
};

interface Props {
  execution: Execution;
  selection: Selection;
  onRedrive: () => void;
}

export function Failure({ execution, selection }: Props) {
  const { history } = execution.reading;
  const { end } = history;
  const sentence = end && SENTENCES[end.status];
  if (!end || !sentence) return null;
  const culprit = end.status === "FAILED" ? history.culprit() : undefined;
  const tries = culprit?.attempts.length ?? 0;
  const cause = end.cause ?? "";
  return (
    <Notice>
      <div className="failure">
        <p>
          <strong>
            {sentence}
            {culprit && (
              <>
                {" at "}
                <Button kind="quiet" size="s" onClick={() => selection.selectVisit(culprit)}>
                  {culprit.state}
                </Button>
                {culprit.iteration !== undefined && `, item ${culprit.iteration}`}
                {tries > 1 && `, after ${tries} attempts`}
              </>
            )}
          </strong>
        </p>
        {(end.error || cause) && (
          <p className="failure-why">
            {end.error && <code>{end.error}</code>}{" "}
            {cause.length > LONG ? `${cause.slice(0, LONG)}…` : cause}
          </p>
        )}
      </div>
    </Notice>
  );
}
