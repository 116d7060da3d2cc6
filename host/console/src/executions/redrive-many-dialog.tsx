// Redriving many executions.
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

export function RedriveManyDialog({ arns, onClose, onDone }: Props) {
  const [latest, setLatest] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const redrive = async () => {
    setBusy(true);
    try {
      const body = { executionArns: arns, ...(latest && { onto: "latest" }) };
      const { failed } = await post<Bulk>("executions/redrive", JSON.stringify(body));
      if (failed[0]) throw new Error(`${failed.length} not redriven: ${failed[0].message}`);
      onDone();
    } catch (thrown) {
      setProblem(told(thrown));
      setBusy(false);
    }
  };
  const what = arns.length === 1 ? "an execution" : `${arns.length} executions`;
  return (
    <Dialog title={`Redrive ${what}`} about="Each goes on from where it stopped." onClose={onClose}>
      <label className="choice">
        <input
          type="checkbox"
          checked={latest}
          onChange={(event) => setLatest(event.target.checked)}
        />
        Go on with the newest definition
      </label>
      {problem && <Notice>{problem}</Notice>}
      <div className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" disabled={busy} onClick={() => void redrive()}>
          Redrive
        </Button>
      </div>
    </Dialog>
  );
}
