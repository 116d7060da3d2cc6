// Stopping executions, with a reason.
import { useState } from "react";
import { post, told } from "../api/client";
import type { Bulk } from "../api/shapes";
import { Button, Notice } from "../ui/button";
import { Dialog } from "../ui/dialog";

interface Props {
  arns: string[];
  onClose: () => void;
  onDone: () => void;
}

export function StopDialog({ arns, onClose, onDone }: Props) {
  const [error, setError] = useState("");
  const [cause, setCause] = useState("");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const stop = async () => {
    setBusy(true);
    try {
      const body = { executionArns: arns, ...(error && { error }), ...(cause && { cause }) };
      const { failed } = await post<Bulk>("executions/stop", JSON.stringify(body));
      if (failed[0]) throw new Error(`${failed.length} not stopped: ${failed[0].message}`);
      onDone();
    } catch (thrown) {
      setProblem(told(thrown));
      setBusy(false);
    }
  };
  const what = arns.length === 1 ? "the execution" : `${arns.length} executions`;
  return (
    <Dialog
      title={`Stop ${what}?`}
      about="What runs is cancelled. A stopped execution can be redriven."
      onClose={onClose}
    >
      <label className="field">
        <span>Error (optional)</span>
        <input
          className="input"
          value={error}
          maxLength={256}
          onChange={(event) => setError(event.target.value)}
        />
      </label>
      <label className="field">
        <span>Cause (optional)</span>
        <input
          className="input"
          value={cause}
          maxLength={32_768}
          onChange={(event) => setCause(event.target.value)}
        />
      </label>
      {problem && <Notice>{problem}</Notice>}
      <div className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" disabled={busy} onClick={() => void stop()}>
          Stop {what}
        </Button>
      </div>
    </Dialog>
  );
}
