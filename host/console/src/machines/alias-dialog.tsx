// Creating an alias, and changing which versions it names, with the share of new executions that each gets.
import { type FormEvent, useState } from "react";
import { aws, told } from "../api/client";
import { Button, Notice } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { moment, nameOf } from "../ui/format";
import type { AliasDescription } from "./aliases";
import { routingOf, type Shares, sharesOf } from "./routing";
import { useVersions } from "./versions";

interface Props {
  readonly machineArn: string;
  /** The alias to change; without it a new one is created. */
  readonly alias: AliasDescription | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function AliasDialog({ machineArn, alias, onClose, onDone }: Props) {
  const versions = useVersions(machineArn);
  const all = versions.data?.stateMachineVersions ?? [];
  const [name, setName] = useState(alias?.name ?? "");
  const [description, setDescription] = useState(alias?.description ?? "");
  const [shares, setShares] = useState<Shares>(sharesOf(alias?.routingConfiguration ?? []));
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const put = (part: Partial<Shares>) => setShares({ ...shares, ...part });
  const routing = routingOf(shares);
  const problem = "problem" in routing ? routing.problem : undefined;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if ("problem" in routing) return;
    setBusy(true);
    try {
      const common = { description, routingConfiguration: routing };
      if (alias) {
        const { stateMachineAliasArn } = alias;
        await aws("UpdateStateMachineAlias", { stateMachineAliasArn, ...common });
      } else await aws("CreateStateMachineAlias", { name, ...common });
      onDone();
    } catch (thrown) {
      setError(told(thrown));
      setBusy(false);
    }
  };
  const options = all.map(({ stateMachineVersionArn, creationDate }) => (
    <option key={stateMachineVersionArn} value={stateMachineVersionArn}>
      {`${nameOf(stateMachineVersionArn)}, of ${moment(creationDate * 1_000)}`}
    </option>
  ));
  return (
    <Dialog title={alias ? `Edit ${alias.name}` : "Create an alias"} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        {versions.error && <Notice>{told(versions.error)}</Notice>}
        {versions.isSuccess && all.length === 0 && (
          <Notice kind="info">
            An alias names versions, and none was published. Publish one when you save in the
            Studio.
          </Notice>
        )}
        {!alias && (
          <label className="field">
            <span>Name</span>
            <input
              className="input"
              value={name}
              maxLength={80}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
        )}
        <label className="field">
          <span>Description (optional)</span>
          <input
            className="input"
            value={description}
            maxLength={256}
            onChange={(event) => setDescription(event.target.value)}
          />
        </label>
        <label className="field">
          <span>Version</span>
          <select
            className="input"
            aria-label="Version"
            value={shares.first}
            onChange={(event) => put({ first: event.target.value })}
          >
            <option value="">Choose one…</option>
            {options}
          </select>
        </label>
        <label className="field">
          <span>Second version</span>
          <select
            className="input"
            aria-label="Second version"
            value={shares.second}
            onChange={(event) => put({ second: event.target.value })}
          >
            <option value="">None: the first gets all</option>
            {options}
          </select>
        </label>
        {shares.second !== "" && (
          <label className="field">
            <span>Share of the first, in percent of new executions</span>
            <input
              className="input"
              inputMode="numeric"
              value={shares.share}
              onChange={(event) => put({ share: event.target.value })}
            />
          </label>
        )}
        <p className="quiet" role="status">
          {problem ??
            (Array.isArray(routing)
              ? routing
                  .map((one) => `Version ${nameOf(one.stateMachineVersionArn)}: ${one.weight} %`)
                  .join(", ")
              : "")}
        </p>
        {error && <Notice>{error}</Notice>}
        <div className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            disabled={busy || problem !== undefined || (!alias && name === "")}
          >
            {alias ? "Save" : "Create"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
