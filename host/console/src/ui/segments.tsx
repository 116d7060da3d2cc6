// A choice of one of a few, all in sight.
import { useInSight } from "./in-sight";

interface Props<T extends string> {
  readonly label: string;
  readonly options: readonly (readonly [value: T, words: string])[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

export function Segments<T extends string>({ label, options, value, onChange }: Props<T>) {
  const row = useInSight<HTMLFieldSetElement>('[aria-pressed="true"]', value);
  return (
    <fieldset className="segments" ref={row}>
      <legend className="hidden-text">{label}</legend>
      {options.map(([one, words]) => (
        <button key={one} type="button" aria-pressed={one === value} onClick={() => onChange(one)}>
          {words}
        </button>
      ))}
    </fieldset>
  );
}
