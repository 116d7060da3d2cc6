// The Config mode: what a state machine has beside its states.
import { useId } from "react";
import { Button } from "../ui/button";
import type { MachineType } from "./host";
import type { Config } from "./machine";
import { WorkflowForm } from "./workflow-form";

interface Props {
  readonly config: Config;
  /** Whether the state machine is there already, so that its name and type stay what they are. */
  readonly exists: boolean;
  readonly onChange: (config: Config) => void;
}

export function ConfigMode({ config, exists, onChange }: Props) {
  const set = (part: Partial<Config>) => onChange({ ...config, ...part });
  return (
    <div className="config-mode">
      <form className="config-form" onSubmit={(event) => event.preventDefault()}>
        <section>
          <h2>State machine</h2>
          <Text
            label="Name"
            value={config.name}
            disabled={exists}
            max={80}
            onChange={(name) => set({ name })}
            hint="Cannot be changed later"
          />
          <Select
            label="Type"
            value={config.type}
            disabled={exists}
            options={[
              ["STANDARD", "Standard: durable, up to a year"],
              ["EXPRESS", "Express: in memory, up to five minutes"],
            ]}
            onChange={(type) => set({ type: type as MachineType })}
          />
          <Text
            label="Role ARN"
            value={config.roleArn}
            mono
            onChange={(roleArn) => set({ roleArn })}
            hint="Its last part names a [role] of the host's configuration, which may narrow what plugins reach"
          />
        </section>
        <section>
          <h2>Definition</h2>
          <WorkflowForm />
        </section>
        <section>
          <h2>Logging</h2>
          <Select
            label="Level"
            value={config.logLevel}
            options={["OFF", "FATAL", "ERROR", "ALL"].map((level) => [level, level])}
            onChange={(logLevel) => set({ logLevel })}
          />
          <Text
            label="Log group ARN"
            value={config.logGroup}
            mono
            onChange={(logGroup) => set({ logGroup })}
            hint="arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/NAME:*"
          />
          <Check
            label="With inputs and outputs"
            value={config.logData}
            onChange={(logData) => set({ logData })}
          />
          <Check
            label="Tracing (kept and shown; nothing is traced)"
            value={config.tracing}
            onChange={(tracing) => set({ tracing })}
          />
        </section>
        <Tags config={config} onChange={set} />
      </form>
    </div>
  );
}

function Tags({ config, onChange }: { config: Config; onChange: (part: Partial<Config>) => void }) {
  const { tags } = config;
  const put = (index: number, part: { key?: string; value?: string }) =>
    onChange({ tags: tags.map((tag, i) => (i === index ? { ...tag, ...part } : tag)) });
  return (
    <section>
      <h2>Tags</h2>
      <p className="st-hint">
        <code>dirigent:budget.task.fuel</code> and <code>dirigent:budget.execution.fuel</code> bound
        what tasks may use; <code>dirigent:history</code> = <code>kept</code> keeps the history of
        Express executions.
      </p>
      {tags.map((tag, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a tag is known by its place while its key is typed
        <div className="st-row" key={index}>
          <input
            className="input mono"
            aria-label={`Key of tag ${index + 1}`}
            placeholder="Key"
            value={tag.key}
            onChange={(event) => put(index, { key: event.target.value })}
          />
          <input
            className="input mono"
            aria-label={`Value of tag ${index + 1}`}
            placeholder="Value"
            value={tag.value}
            onChange={(event) => put(index, { value: event.target.value })}
          />
          <Button
            kind="quiet"
            size="s"
            aria-label={`Remove tag ${index + 1}`}
            onClick={() => onChange({ tags: tags.filter((_, i) => i !== index) })}
          >
            Remove
          </Button>
        </div>
      ))}
      <Button
        size="s"
        className="st-add"
        onClick={() => onChange({ tags: [...tags, { key: "", value: "" }] })}
      >
        Add a tag
      </Button>
    </section>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly mono?: boolean;
  readonly disabled?: boolean;
  readonly max?: number;
  readonly placeholder?: string;
}

/** A labelled line of text. */
export function Text({
  label,
  value,
  onChange,
  hint,
  mono,
  disabled,
  max,
  placeholder,
}: TextProps) {
  const id = useId();
  return (
    <div className="st-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={mono ? "input mono" : "input"}
        value={value}
        disabled={disabled}
        maxLength={max}
        placeholder={placeholder}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint && <p className="st-hint">{hint}</p>}
    </div>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly string[])[];
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

export function Select({ label, value, options, disabled, onChange }: SelectProps) {
  const id = useId();
  return (
    <div className="st-field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Check({
  label,
  value,
  onChange,
}: {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="st-field st-inline">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="checkbox"
        checked={value}
        onChange={(event) => onChange(event.target.checked)}
      />
    </div>
  );
}
