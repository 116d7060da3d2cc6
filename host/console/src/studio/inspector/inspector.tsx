// The forms for what is selected.
import { useEffect, useState } from "react";
import { type Region, type StateNode, TypeIcon } from "../../graph";
import { Button } from "../../ui/button";
import { Menu } from "../../ui/menu";
import { Tabs } from "../../ui/tabs";
import { COMMANDS, type Command } from "../commands";
import { useSnapshot, useStudio } from "../context";
import { languageAt } from "../edit/insert";
import { find } from "../edit/links";
import { renameState } from "../edit/states";
import { TestTab } from "../test-tab";
import { WorkflowForm } from "../workflow-form";
import { ErrorHandling } from "./error-handling";
import { ErrorSuggestions, FieldInput } from "./field-input";
import { Settings } from "./settings";
import "./inspector.css";
import { dataFlow, handlesErrors } from "./spec";

/** The id of the field with a state's name, which F2 leads to. */
export const NAME_FIELD = "st-name";

export function Inspector() {
  const { session } = useStudio();
  const { sound, selected } = useSnapshot(session);
  const found = selected === undefined ? undefined : find(sound, selected);
  return (
    <section
      className="st-inspector"
      aria-label={found ? `Fields of ${found.state.name}` : "Fields of the workflow"}
    >
      <ErrorSuggestions />
      {found ? (
        <StateForms key={found.state.id} {...found} />
      ) : (
        <>
          <div className="st-inspector-head">
            <h2>Workflow</h2>
          </div>
          <div className="inspector-body">
            <WorkflowForm />
            <p className="st-hint">Select a state to see its fields.</p>
          </div>
        </>
      )}
    </section>
  );
}

/** The tab that was looked at last, for the next state as well. */
let lastTab = "settings";

function StateForms({ state, region }: { state: StateNode; region: Region }) {
  const { session } = useStudio();
  const { sound } = useSnapshot(session);
  const [tab, setTab] = useState(lastTab);
  const language = languageAt(sound, state.path);
  const choose = (next: string) => {
    lastTab = next;
    setTab(next);
  };
  const count = (field: string) => {
    const value = sound.value([...state.path, field]);
    return Array.isArray(value) ? value.length : 0;
  };
  const handled = count("Retry") + count("Catch");
  const flow = dataFlow(state.type, language);
  const tabs = [
    { id: "settings", label: "Settings", content: <Settings {...{ state, region, language }} /> },
    ...(flow.length > 0
      ? [
          {
            id: "data",
            label: "Data",
            content: flow.map((field) => (
              <FieldInput key={field.at[0]} of={state.path} field={field} />
            )),
          },
        ]
      : []),
    ...(handlesErrors(state.type)
      ? [
          {
            id: "errors",
            label: "Errors",
            ...(handled > 0 ? { tag: handled } : {}),
            content: <ErrorHandling {...{ state, region, language }} />,
          },
        ]
      : []),
    { id: "test", label: "Test", content: <TestTab state={state} language={language} /> },
  ];
  return (
    <>
      <div className={`st-inspector-head g-type-${state.type}`}>
        <span className="g-icon">
          <TypeIcon type={state.type} />
        </span>
        <NameField state={state} />
        <Menu
          trigger={
            <Button kind="quiet" aria-label={`More for ${state.name}`}>
              ⋯
            </Button>
          }
          items={MENU.map(([command, label]) => ({
            label,
            onSelect: () => COMMANDS[command](session, state.id),
          }))}
        />
      </div>
      <Tabs className="inspector-tabs" label="Fields" tabs={tabs} value={tab} onChange={choose} />
    </>
  );
}

const MENU: readonly (readonly [Command, string])[] = [
  ["duplicate", "Duplicate (Ctrl+D)"],
  ["copy", "Copy (Ctrl+C)"],
  ["cut", "Cut (Ctrl+X)"],
  ["earlier", "Move earlier (Alt+↑)"],
  ["later", "Move later (Alt+↓)"],
  ["delete", "Delete (Del)"],
];

/** The state's name. It is taken when the field is left, since every name on the way there may be another's. */
function NameField({ state }: { state: StateNode }) {
  const { session } = useStudio();
  const [name, setName] = useState(state.name);
  useEffect(() => setName(state.name), [state.name]);
  const take = () => {
    if (name.trim() === "" || name === state.name) return setName(state.name);
    session.edit((document) => renameState(document, state.id, name));
  };
  return (
    <input
      id={NAME_FIELD}
      className="inspector-name"
      aria-label="Name of the state"
      value={name}
      maxLength={80}
      spellCheck={false}
      onChange={(event) => setName(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key !== "Escape") return;
        setName(state.name);
        event.stopPropagation();
      }}
    />
  );
}
