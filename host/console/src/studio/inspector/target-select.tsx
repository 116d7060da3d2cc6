// Where a transition leads: a state of the same machine, or the end.
import type { Region } from "../../graph";

interface Props {
  readonly id?: string;
  readonly label?: string;
  readonly region: Region;
  readonly value: string | undefined;
  /** What no state means; without it a state must be chosen. */
  readonly none?: string;
  readonly onChange: (name: string | undefined) => void;
}

export function TargetSelect({ id, label, region, value, none, onChange }: Props) {
  const names = region.states.map((state) => state.name);
  const missing = value !== undefined && !names.includes(value);
  return (
    <select
      id={id}
      aria-label={label}
      className="input"
      value={value ?? ""}
      aria-invalid={missing || undefined}
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      <option value="">{none ?? "Choose a state"}</option>
      {missing && <option value={value}>{value} (not there)</option>}
      {names.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}
