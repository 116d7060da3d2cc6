// Retry and Catch.
import type { Path } from "../../definition";
import type { Region, StateNode } from "../../graph";
import { useStudio } from "../context";
import { append } from "../edit/insert";
import type { Language } from "../edit/templates";
import { FieldInput, useField } from "./field-input";
import { PartList } from "./list";
import { catcher, RETRIER } from "./spec";
import { TargetSelect } from "./target-select";

interface Props {
  readonly state: StateNode;
  readonly region: Region;
  readonly language: Language;
}

const names = (part: Readonly<Record<string, unknown>>) =>
  Array.isArray(part.ErrorEquals) ? part.ErrorEquals.join(", ") : "";

export function ErrorHandling({ state, region, language }: Props) {
  const { session } = useStudio();
  const [retry, catching] = [
    [...state.path, "Retry"],
    [...state.path, "Catch"],
  ];
  const addRetrier = () =>
    session.edit((document) =>
      append(document, retry, {
        ErrorEquals: ["States.ALL"],
        IntervalSeconds: 1,
        MaxAttempts: 3,
        BackoffRate: 2,
      }),
    );
  const addCatcher = () =>
    session.edit((document) => {
      const target = region.states.find((other) => other.id !== state.id)?.name;
      const next = target === undefined ? {} : { Next: target };
      return append(document, catching, { ErrorEquals: ["States.ALL"], ...next });
    });
  return (
    <>
      <PartList
        title="Retry"
        path={retry}
        summary={(part) => `${names(part)} · ${part.MaxAttempts ?? 3} times`}
        add="Add a retrier"
        onAdd={addRetrier}
        item={(path) => (
          <div className="st-pairs">
            {RETRIER.map((field) => (
              <FieldInput key={field.at[0]} of={path} field={field} />
            ))}
          </div>
        )}
      />
      <PartList
        title="Catch"
        path={catching}
        summary={(part) => `${names(part)} → ${part.Next ?? "?"}`}
        add="Add a catcher"
        onAdd={addCatcher}
        item={(path) => <Catcher path={path} region={region} language={language} />}
      />
      <p className="st-hint">
        The first entry whose errors match counts, from the top. Retriers come before catchers.
      </p>
    </>
  );
}

function Catcher({ path, region, language }: { path: Path; region: Region; language: Language }) {
  const { value, set } = useField([...path, "Next"]);
  const [errors, ...rest] = catcher(language);
  return (
    <>
      {errors && <FieldInput of={path} field={errors} />}
      <div className="st-field">
        <span className="st-label">Go to</span>
        <TargetSelect
          label={`Next state of catcher ${Number(path.at(-1)) + 1}`}
          region={region}
          value={value as string | undefined}
          onChange={set}
        />
      </div>
      {rest.map((field) => (
        <FieldInput key={field.at[0]} of={path} field={field} />
      ))}
    </>
  );
}
