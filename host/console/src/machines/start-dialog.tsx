// Starting an execution: its input, from the last ones or anew, and its name.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { aws, post, told } from "../api/client";
import { navigate } from "../app/location";
import { paths } from "../app/routes";
import { readPayload } from "../execution/payload";
import { Button, Notice } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { nameOf } from "../ui/format";
import { JsonEdit } from "../ui/json";
import { indented, jsonProblem } from "../ui/json-text";
import { keepInput, lastInputs } from "./last-inputs";

/** Characters of an input that tell it from others in the list. */
const TOLD = 70;

interface Props {
  machineArn: string;
  /** An execution whose input to begin with. */
  sameAs?: string;
  type?: "STANDARD" | "EXPRESS";
  onClose: () => void;
}

export function StartDialog({ machineArn, sameAs, type = "STANDARD", onClose }: Props) {
  const last = lastInputs(machineArn);
  const [edited, setEdited] = useState<string>();
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const same = useQuery({
    queryKey: ["payload", sameAs, 1, "input"],
    queryFn: ({ signal }) => readPayload(sameAs ?? "", 1, "input", signal),
    enabled: sameAs !== undefined,
  });
  const input = edited ?? indented(sameAs ? (same.data ?? "") : (last[0] ?? "{}"));
  const wrong = jsonProblem(input);
  const start = async () => {
    setBusy(true);
    try {
      const arn = await started(machineArn, type, name, input);
      keepInput(machineArn, input);
      onClose();
      if (arn) navigate(paths.execution(arn));
    } catch (thrown) {
      setProblem(told(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={`Start ${nameOf(machineArn)}`}
      {...(sameAs ? { about: `With the input of ${nameOf(sameAs)}, or another.` } : {})}
      onClose={onClose}
    >
      {last.length > 0 && (
        <label className="field">
          <span>Inputs used before</span>
          <select
            className="input"
            value=""
            onChange={(event) => setEdited(last[Number(event.target.value)])}
          >
            <option value="">Choose one…</option>
            {last.map((one, index) => (
              <option key={one} value={index}>
                {one.replace(/\s+/g, " ").slice(0, TOLD)}
              </option>
            ))}
          </select>
        </label>
      )}
      <JsonEdit label="Input" text={input} onChange={setEdited} height={300} />
      <label className="field">
        <span>Name (optional)</span>
        <input
          className="input"
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      {problem && <Notice>{problem}</Notice>}
      <div className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" disabled={busy || wrong !== undefined} onClick={() => void start()}>
          Start
        </Button>
      </div>
    </Dialog>
  );
}

/** Starts it, and gives its ARN if there is something to look at. */
async function started(machine: string, type: string, name: string, input: string) {
  if (type === "EXPRESS") {
    const parameters = { stateMachineArn: machine, input, ...(name && { name }) };
    const { executionArn } = await aws<{ executionArn: string }>("StartExecution", parameters);
    return executionArn.includes(":express:") ? undefined : executionArn;
  }
  const named = name === "" ? "" : `,"name":${JSON.stringify(name)}`;
  const body = `{"stateMachineArn":${JSON.stringify(machine)},"input":${input}${named}}`;
  return (await post<{ executionArn: string }>("executions", body)).executionArn;
}
