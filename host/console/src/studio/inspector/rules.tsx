// The rules of a Choice.
import { type Path, remove, toPointer } from "../../definition";
import type { Region, StateNode } from "../../graph";
import { ruleLabel } from "../../graph/labels";
import { Button } from "../../ui/button";
import { useStudio } from "../context";
import { setField } from "../edit/fields";
import { append, newRule } from "../edit/insert";
import type { Language } from "../edit/templates";
import { BLANK, FORMS, type Form, reform } from "./conditions";
import { FieldInput, useField } from "./field-input";
import { PartList } from "./list";
import { OPERATORS, operandFor, operatorOf } from "./operators";
import { TargetSelect } from "./target-select";

interface Props {
  readonly state: StateNode;
  readonly region: Region;
  readonly language: Language;
}

export function Rules({ state, region, language }: Props) {
  const { session } = useStudio();
  const add = () =>
    session.edit((document) => {
      const first = region.states.find((other) => other.id !== state.id)?.name;
      const next = first === undefined ? {} : { Next: first };
      return append(document, [...state.path, "Choices"], {
        ...newRule(document, state.path),
        ...next,
      });
    });
  return (
    <>
      <PartList
        title="Rules"
        path={[...state.path, "Choices"]}
        summary={(rule) => `${ruleLabel(rule)} → ${rule.Next ?? "?"}`}
        add="Add a rule"
        onAdd={add}
        item={(path) => <Rule path={path} region={region} language={language} />}
      />
      <Default path={[...state.path, "Default"]} region={region} />
    </>
  );
}

function Default({ path, region }: { path: Path; region: Region }) {
  const { value, set } = useField(path);
  return (
    <div className="st-field">
      <label htmlFor="st-default">Otherwise go to</label>
      <TargetSelect
        id="st-default"
        region={region}
        value={value as string | undefined}
        none="Fail: no rule matched"
        onChange={set}
      />
    </div>
  );
}

function Rule({ path, region, language }: { path: Path; region: Region; language: Language }) {
  const { value, set } = useField([...path, "Next"]);
  const label = `Next state of rule ${Number(path.at(-1)) + 1}`;
  return (
    <>
      {language === "JSONata" ? (
        <FieldInput
          of={path}
          field={{
            at: ["Condition"],
            label: "Condition",
            kind: "area",
            hint: "{% an expression that is true or false %}",
          }}
        />
      ) : (
        <Condition path={path} depth={0} />
      )}
      <div className="st-field">
        <span className="st-label">Go to</span>
        <TargetSelect
          label={label}
          region={region}
          value={value as string | undefined}
          onChange={set}
        />
      </div>
      <details className="st-more">
        <summary>More</summary>
        <FieldInput of={path} field={{ at: ["Assign"], label: "Assign", kind: "json" }} />
        {language === "JSONata" && (
          <FieldInput of={path} field={{ at: ["Output"], label: "Output", kind: "json" }} />
        )}
        <FieldInput of={path} field={{ at: ["Comment"], label: "Comment", kind: "text" }} />
      </details>
    </>
  );
}

/** How deep conditions are shown as forms. Deeper ones are for the Code mode. */
const MAX_DEPTH = 6;

function Condition({ path, depth }: { path: Path; depth: number }) {
  const { session } = useStudio();
  const { value } = useField(path);
  const rule = (value ?? {}) as Record<string, unknown>;
  const form: Form = rule.And ? "And" : rule.Or ? "Or" : rule.Not ? "Not" : "compare";
  if (depth > MAX_DEPTH) return <p className="st-hint">Too deep for a form: edit it as code.</p>;
  const change = (to: Form) =>
    session.edit((document) => setField(document, path, reform(rule, to)));
  return (
    <fieldset className="st-condition">
      <legend className="hidden-text">Condition</legend>
      <select
        className="input"
        aria-label="Kind of condition"
        value={form}
        onChange={(event) => change(event.target.value as Form)}
      >
        {Object.entries(FORMS).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
      {form === "compare" && <Comparison path={path} rule={rule} />}
      {form === "Not" && <Condition path={[...path, "Not"]} depth={depth + 1} />}
      {(form === "And" || form === "Or") && (
        <div className="st-nested">
          {((rule[form] as unknown[]) ?? []).map((_, index) => {
            const inner = [...path, form, index];
            return (
              <div key={toPointer(inner)} className="st-nested-item">
                <Condition path={inner} depth={depth + 1} />
                <Button size="s" kind="quiet" onClick={() => session.edit((d) => remove(d, inner))}>
                  Remove
                </Button>
              </div>
            );
          })}
          <Button
            size="s"
            onClick={() => session.edit((d) => append(d, [...path, form], { ...BLANK }))}
          >
            Add a condition
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function Comparison({ path, rule }: { path: Path; rule: Readonly<Record<string, unknown>> }) {
  const { session } = useStudio();
  const operator = operatorOf(rule);
  const change = (name: string) =>
    session.edit((document) => {
      const next = OPERATORS.find((other) => other.name === name);
      if (!next) return document;
      const { [operator?.name ?? ""]: old, ...rest } = rule;
      return setField(document, path, { ...rest, [name]: operandFor(next.operand, old) });
    });
  const groups = [...new Set(OPERATORS.map(({ group }) => group))];
  return (
    <div className="st-compare">
      <FieldInput of={path} field={{ at: ["Variable"], label: "Variable", kind: "text" }} />
      <div className="st-field">
        <span className="st-label">Comparison</span>
        <select
          className="input"
          aria-label="Comparison"
          value={operator?.name ?? ""}
          onChange={(event) => change(event.target.value)}
        >
          {!operator && <option value="">Choose</option>}
          {groups.map((group) => (
            <optgroup key={group} label={group}>
              {OPERATORS.filter((other) => other.group === group).map(({ name, words }) => (
                <option key={name} value={name} title={name}>
                  {group} {words}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </div>
      {operator && <Operand path={[...path, operator.name]} operand={operator.operand} />}
    </div>
  );
}

function Operand({ path, operand }: { path: Path; operand: string }) {
  const name = String(path.at(-1));
  const { value, set } = useField(path);
  if (operand === "boolean" || operand === "check") {
    return (
      <div className="st-field">
        <span className="st-label">Value</span>
        <select
          className="input"
          aria-label="Value"
          value={String(value)}
          onChange={(event) => set(event.target.value === "true")}
        >
          <option>true</option>
          <option>false</option>
        </select>
      </div>
    );
  }
  const kind = operand === "number" ? "number" : "text";
  return <FieldInput of={path.slice(0, -1)} field={{ at: [name], label: "Value", kind }} />;
}
