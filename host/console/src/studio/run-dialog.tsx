// Starting an execution of what is saved.
import { useState } from "react";
import { aws, told } from "../api/client";
import { navigate } from "../app/location";
import { paths } from "../app/routes";
import { Button, Notice } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { jsonProblem } from "../ui/json-text";

/** The last input of each state machine that was started here. */
const inputs = new Map<string, string>();

export function RunDialog({
  arn,
  express,
  onClose,
}: {
  arn: string;
  express: boolean;
  onClose: () => void;
}) {
  const [input, setInput] = useState(inputs.get(arn) ?? "{}");
  const [error, setError] = useState<string>();
  const [started, setStarted] = useState(false);
  const problem = jsonProblem(input);
  const start = async () => {
    inputs.set(arn, input);
    setError(undefined);
    try {
      const { executionArn } = await aws<{ executionArn: string }>("StartExecution", {
        stateMachineArn: arn,
        input,
      });
      // An Express execution has a page only if its history is kept.
      if (express) setStarted(true);
      else navigate(paths.execution(executionArn));
    } catch (cause) {
      setError(told(cause));
    }
  };
  return (
    <Dialog
      title="Start an execution"
      about="Of the state machine as it is saved"
      onClose={onClose}
    >
      <form
        className="st-form"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <div className="st-field">
          <label htmlFor="run-input">Input</label>
          <textarea
            id="run-input"
            className="input mono"
            rows={8}
            spellCheck={false}
            value={input}
            aria-invalid={problem ? true : undefined}
            onChange={(event) => setInput(event.target.value)}
          />
          {problem && <p className="st-problem">{problem}</p>}
        </div>
        {error && <Notice>{error}</Notice>}
        {started && (
          <Notice kind="good">It is started. What Express executions do is in their logs.</Notice>
        )}
        <div className="dialog-foot">
          <Button onClick={onClose}>{started ? "Close" : "Cancel"}</Button>
          <Button kind="primary" type="submit" disabled={problem !== undefined}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
