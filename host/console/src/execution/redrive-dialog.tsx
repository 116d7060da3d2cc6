// Redriving an execution: from the state that stopped it, as it was or with another input or a given result, and onto a newer
// definition.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post, told } from "../api/client";
import { Button, Notice } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { JsonEdit } from "../ui/json";
import { indented, jsonProblem } from "../ui/json-text";
import { readPayload } from "./payload";
import type { Selection } from "./selection";
import type { Execution } from "./use-execution";

interface Props {
  execution: Execution;
  selection: Selection;
  onClose: () => void;
  onDone: () => void;
}

type Mode = "same" | "input" | "result";

const MODES: Record<Mode, string> = {
  same: "As it was",
  input: "With edited input",
  result: "Give its result instead",
};

export function RedriveDialog({ execution, onClose, onDone }: Props) {
  const { arn, reading } = execution;
  const culprit = reading.history.culprit();
  const [mode, setMode] = useState<Mode>("same");
  const [latest, setLatest] = useState(false);
  const [edited, setEdited] = useState<string>();
  const [result, setResult] = useState("{}");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const before = useQuery({
    queryKey: ["payload", arn, culprit?.id, "input"],
    queryFn: ({ signal }) => readPayload(arn, culprit?.id ?? 0, "input", signal),
    enabled: culprit !== undefined,
  });
  const input = edited ?? indented(before.data ?? "");
  const wrong = mode === "same" ? undefined : jsonProblem(mode === "input" ? input : result);
  const redrive = async () => {
    setBusy(true);
    try {
      const parts = latest ? [`"onto":"latest"`] : [];
      if (mode !== "same" && culprit) parts.push(`"state":${JSON.stringify(culprit.state)}`);
      // The text goes as it was written, so that large numbers keep their digits.
      if (mode === "input") parts.push(`"input":${input}`);
      if (mode === "result") parts.push(`"result":${result}`);
      await post(`executions/${encodeURIComponent(arn)}/redrive`, `{${parts.join(",")}}`);
      onDone();
    } catch (thrown) {
      setProblem(told(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="Redrive the execution"
      about={
        culprit
          ? `It goes on from ${culprit.state}. What was done stays done.`
          : "It goes on from where it stopped. What was done stays done."
      }
      onClose={onClose}
    >
      {culprit && (
        <fieldset className="choices">
          <legend>How {culprit.state} runs</legend>
          {(Object.keys(MODES) as Mode[]).map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="mode"
                checked={mode === one}
                onChange={() => setMode(one)}
              />
              {MODES[one]}
            </label>
          ))}
        </fieldset>
      )}
      {mode === "input" && before.isSuccess && (
        <JsonEdit
          label={`Input of ${culprit?.state}`}
          text={input}
          onChange={setEdited}
          height={260}
        />
      )}
      {mode === "result" && (
        <JsonEdit
          label={`Result of ${culprit?.state}`}
          text={result}
          onChange={setResult}
          height={260}
        />
      )}
      <label className="choice">
        <input
          type="checkbox"
          checked={latest}
          onChange={(event) => setLatest(event.target.checked)}
        />
        Go on with the state machine's newest definition
      </label>
      {problem && <Notice>{problem}</Notice>}
      <div className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind="primary"
          disabled={busy || wrong !== undefined}
          onClick={() => void redrive()}
        >
          Redrive
        </Button>
      </div>
    </Dialog>
  );
}
