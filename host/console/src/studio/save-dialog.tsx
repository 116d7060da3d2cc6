// Saving: a new state machine or an update, with a version and an alias if wanted.
import { useEffect, useState } from "react";
import { told } from "../api/client";
import { Button, Notice } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Check, Text } from "./config-mode";
import { describeMachine, listAliases } from "./host";
import { type Config, NEW, type Saved, save } from "./machine";

interface Props {
  readonly definition: string;
  /** Whether it was written in YAML with comments. */
  readonly comments: boolean;
  readonly config: Config;
  readonly saved: Saved | undefined;
  /** How many errors the compiler has found. */
  readonly errors: number;
  readonly onSaved: (saved: Saved) => void;
  readonly onDiff: () => void;
  readonly onClose: () => void;
}

export function SaveDialog(props: Props) {
  const { definition, saved, errors, onSaved, onDiff, onClose } = props;
  const [name, setName] = useState(props.config.name);
  const [publishing, setPublishing] = useState({
    publish: false,
    description: "",
    alias: "",
    share: "100",
  });
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [other, setOther] = useState(false);
  const aliases = useAliases(saved?.arn);
  const set = (part: Partial<typeof publishing>) => setPublishing({ ...publishing, ...part });
  const share = Number(publishing.share);
  const shares = publishing.publish && aliases.includes(publishing.alias);
  const unshared =
    shares &&
    !(publishing.share.trim() !== "" && Number.isInteger(share) && share >= 0 && share <= 100);
  const submit = async () => {
    setBusy(true);
    setError(undefined);
    try {
      // Between opening and saving somebody else may have saved.
      if (saved && !other && (await describeMachine(saved.arn)).definition !== saved.definition) {
        setOther(true);
        return;
      }
      onSaved(await save(definition, { ...props.config, name }, saved, { ...publishing, share }));
    } catch (cause) {
      setError(told(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={saved ? `Save ${saved.config.name}` : "Create state machine"} onClose={onClose}>
      <form
        className="st-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {!saved && (
          <Text
            label="Name"
            value={name}
            max={80}
            onChange={setName}
            placeholder="order-fulfilment"
          />
        )}
        {!saved && props.config.type !== NEW.type && (
          <p className="st-hint">An Express state machine</p>
        )}
        <Check
          label="Publish a version"
          value={publishing.publish}
          onChange={(publish) => set({ publish })}
        />
        {publishing.publish && (
          <>
            <Text
              label="Description of the version"
              value={publishing.description}
              max={256}
              onChange={(description) => set({ description })}
            />
            <Text
              label="Alias that names it from now on"
              value={publishing.alias}
              max={80}
              onChange={(alias) => set({ alias })}
              placeholder="None"
              {...(aliases.length > 0 ? { hint: `There are: ${aliases.join(", ")}` } : {})}
            />
            {shares && (
              <Text
                label="Its share of new executions, in percent"
                value={publishing.share}
                onChange={(value) => set({ share: value })}
                hint={
                  unshared
                    ? "A whole number from 0 to 100"
                    : share < 100
                      ? "The version that has most of it now keeps the rest"
                      : "All of them"
                }
              />
            )}
          </>
        )}
        {props.comments && (
          <p className="st-hint">
            A definition is saved as JSON, which has no comments. Export it as YAML to keep yours.
          </p>
        )}
        {errors > 0 && (
          <Notice>
            The host finds {errors === 1 ? "an error" : `${errors} errors`}, and will refuse the
            definition.
          </Notice>
        )}
        {other && (
          <Notice>
            Somebody else has saved this state machine since you opened it. Saving again replaces
            what they did.
          </Notice>
        )}
        {error && <Notice>{error}</Notice>}
        <div className="dialog-foot">
          {saved && (
            <Button kind="quiet" onClick={onDiff}>
              Show what changes
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            disabled={busy || unshared || (!saved && name === "")}
          >
            {saved ? (other ? "Replace it" : "Save") : "Create"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function useAliases(arn: string | undefined): readonly string[] {
  const [aliases, setAliases] = useState<readonly string[]>([]);
  useEffect(() => {
    if (arn === undefined) return;
    listAliases(arn)
      .then((found) =>
        setAliases(found.map((alias) => alias.stateMachineAliasArn.split(":").at(-1) ?? "")),
      )
      // Only a suggestion is missing then; saving says what is wrong.
      .catch(() => undefined);
  }, [arn]);
  return aliases;
}
