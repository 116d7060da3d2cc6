// What a state does: its type, its own fields, and where it goes on.
import { remove, rename, toPointer } from "../../definition";
import { type Region, STATE_TYPES, type StateNode } from "../../graph";
import { processorOf } from "../../graph/model";
import { Button } from "../../ui/button";
import { useSnapshot, useStudio } from "../context";
import { setField } from "../edit/fields";
import { addBranch } from "../edit/insert";
import { linkTo } from "../edit/links";
import { changeType } from "../edit/states";
import type { Language } from "../edit/templates";
import { FieldInput, useField } from "./field-input";
import { Rules } from "./rules";
import { type Group, goesOn, settings } from "./spec";
import { TargetSelect } from "./target-select";

interface Props {
  readonly state: StateNode;
  readonly region: Region;
  readonly language: Language;
}

export function Settings({ state, region, language }: Props) {
  const { path, type } = state;
  return (
    <>
      <div className="st-pairs">
        <TypeSelect state={state} />
        <FieldInput
          of={path}
          field={{
            at: ["QueryLanguage"],
            label: "Query language",
            kind: { options: ["JSONPath", "JSONata"] },
            fallback: "As workflow",
          }}
        />
      </div>
      {type === "Task" && <PluginSelect state={state} />}
      {type === "Map" && <MapMode state={state} />}
      {type === "Parallel" && <Branches state={state} />}
      {type === "Choice" && <Rules state={state} region={region} language={language} />}
      {settings(type, language, state.distributed).map((group) => (
        <FieldGroup key={group.title} group={group} state={state} />
      ))}
      {goesOn(type) && <Next state={state} region={region} />}
      <FieldInput of={path} field={{ at: ["Comment"], label: "Comment", kind: "area" }} />
    </>
  );
}

function FieldGroup({ group, state }: { group: Group; state: StateNode }) {
  const { session } = useStudio();
  const { sound } = useSnapshot(session);
  const used = group.fields.some(({ at }) => sound.value([...state.path, ...at]) !== undefined);
  const fields = group.fields.map((field) => (
    <FieldInput key={field.at.join(".")} of={state.path} field={field} />
  ));
  if (!group.rare) {
    return (
      <section className="st-group">
        <h3>{group.title}</h3>
        {fields}
      </section>
    );
  }
  return (
    <details className="st-group" open={used}>
      <summary>{group.title}</summary>
      {fields}
    </details>
  );
}

function TypeSelect({ state }: { state: StateNode }) {
  const { session } = useStudio();
  const { value } = useField([...state.path, "Type"]);
  return (
    <div className="st-field">
      <label htmlFor="st-type">Type</label>
      <select
        id="st-type"
        className="input"
        value={String(value ?? "")}
        onChange={(event) => {
          const type = event.target.value;
          session.edit((document) => changeType(document, state.id, type));
        }}
      >
        {value === undefined && <option value="">Choose</option>}
        {STATE_TYPES.map((type) => (
          <option key={type}>{type}</option>
        ))}
      </select>
    </div>
  );
}

function PluginSelect({ state }: { state: StateNode }) {
  const { plugins } = useStudio();
  const { value, set } = useField([...state.path, "Resource"]);
  const chosen = /^plugin:([^@.]+)/.exec(String(value ?? ""))?.[1];
  const names = [...new Set(plugins.map((plugin) => plugin.name))];
  if (chosen !== undefined && !names.includes(chosen)) names.push(chosen);
  const about = plugins.findLast((plugin) => plugin.name === chosen);
  return (
    <div className="st-field">
      <label htmlFor="st-plugin">Plugin</label>
      <select
        id="st-plugin"
        className="input"
        value={chosen ?? ""}
        onChange={(event) => event.target.value && set(`plugin:${event.target.value}`)}
      >
        <option value="">None: another resource</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {about && (
        <p className="st-hint">
          {about.description || "Without a description"} · version {about.version}
        </p>
      )}
    </div>
  );
}

function MapMode({ state }: { state: StateNode }) {
  const { session } = useStudio();
  const { sound } = useSnapshot(session);
  const processor =
    processorOf((sound.value(state.path) ?? {}) as Record<string, unknown>) ?? "ItemProcessor";
  const at = [...state.path, processor, "ProcessorConfig"];
  const change = (mode: string) =>
    session.edit((document) => {
      // Only the newer of the two names can say that the iterations are executions of their own.
      const newer =
        processor === "Iterator"
          ? rename(document, [...state.path, processor], "ItemProcessor")
          : document;
      const config = [...state.path, "ItemProcessor", "ProcessorConfig"];
      const inline = mode === "INLINE";
      const set = setField(
        newer,
        config,
        inline ? { Mode: "INLINE" } : { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
      );
      return { document: set, select: toPointer(state.path) };
    });
  const mode = sound.value([...at, "Mode"]) ?? "INLINE";
  return (
    <div className="st-field">
      <label htmlFor="st-mode">Mode</label>
      <select
        id="st-mode"
        className="input"
        value={String(mode)}
        onChange={(event) => change(event.target.value)}
      >
        <option value="INLINE">Inline: iterations are a part of the execution</option>
        <option value="DISTRIBUTED">Distributed: each is an execution of its own</option>
      </select>
    </div>
  );
}

function Branches({ state }: { state: StateNode }) {
  const { session } = useStudio();
  return (
    <section className="st-group">
      <h3>
        Branches<span className="tag">{state.regions.length}</span>
      </h3>
      {state.regions.map((region, index) => (
        <div key={region.id} className="st-row">
          <span className="cut">
            {index + 1}. {region.states.map((inner) => inner.name).join(" → ") || "empty"}
          </span>
          <Button
            size="s"
            kind="quiet"
            aria-label={`Remove branch ${index + 1}`}
            onClick={() => session.edit((document) => remove(document, region.path))}
          >
            Remove
          </Button>
        </div>
      ))}
      <Button
        size="s"
        className="st-add"
        onClick={() => session.edit((document) => addBranch(document, state.path))}
      >
        Add a branch
      </Button>
    </section>
  );
}

function Next({ state, region }: { state: StateNode; region: Region }) {
  const { session } = useStudio();
  const { value } = useField([...state.path, "Next"]);
  return (
    <div className="st-field">
      <label htmlFor="st-next">Next state</label>
      <TargetSelect
        id="st-next"
        region={region}
        value={value as string | undefined}
        none="End: nothing comes after"
        onChange={(name) => session.edit((document) => linkTo(document, state.path, name))}
      />
    </div>
  );
}
