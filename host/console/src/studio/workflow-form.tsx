// The fields of the whole definition.
import { useSnapshot, useStudio } from "./context";
import { setField } from "./edit/fields";
import { FieldInput } from "./inspector/field-input";
import { TargetSelect } from "./inspector/target-select";

export function WorkflowForm() {
  const { session, graph } = useStudio();
  const { sound } = useSnapshot(session);
  const start = sound.value(["StartAt"]);
  return (
    <>
      <FieldInput of={[]} field={{ at: ["Comment"], label: "Comment", kind: "area" }} />
      <FieldInput
        of={[]}
        field={{
          at: ["QueryLanguage"],
          label: "Query language",
          kind: { options: ["JSONPath", "JSONata"] },
          hint: "Of states that say none themselves",
          fallback: "JSONPath",
        }}
      />
      <div className="st-field">
        <label htmlFor="st-start">First state</label>
        <TargetSelect
          id="st-start"
          region={graph}
          value={typeof start === "string" && start !== "" ? start : undefined}
          onChange={(name) =>
            name && session.edit((document) => setField(document, ["StartAt"], name))
          }
        />
      </div>
      <div className="st-pairs">
        <FieldInput
          of={[]}
          field={{ at: ["TimeoutSeconds"], label: "Time-out in seconds", kind: "number" }}
        />
        <FieldInput
          of={[]}
          field={{ at: ["Version"], label: "Version of ASL", kind: "text", fallback: "1.0" }}
        />
      </div>
    </>
  );
}
