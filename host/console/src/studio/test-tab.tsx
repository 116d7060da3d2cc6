// The playground: a state is run alone on a payload, and its data is shown stage by stage.
import { useState } from "react";
import { told } from "../api/client";
import type { StateNode } from "../graph";
import { Button, Notice } from "../ui/button";
import { indented, jsonProblem } from "../ui/json-text";
import { useSnapshot, useStudio } from "./context";
import type { Language } from "./edit/templates";
import {
  evaluate,
  type Stage,
  stagesOf,
  type Tested,
  type TestRequest,
  testState,
} from "./test-state";

/** What was typed last, for the next state as well. */
let kept: TestRequest & { expression: string } = {
  input: "{}",
  variables: "",
  mock: "",
  mockError: "",
  expression: "",
};

export function TestTab({ state, language }: { state: StateNode; language: Language }) {
  const { session } = useStudio();
  const [request, setRequest] = useState(kept);
  const [tested, setTested] = useState<{ answer?: Tested; error?: string; busy?: boolean }>({});
  const change = (part: Partial<typeof kept>) => {
    kept = { ...kept, ...part };
    setRequest(kept);
  };
  const run = async (ask: () => Promise<Tested>) => {
    setTested({ busy: true });
    try {
      setTested({ answer: await ask() });
    } catch (error) {
      setTested({ error: told(error) });
    }
  };
  const bad = jsonProblem(request.input);
  const runs = ["Task", "Map", "Parallel"].includes(state.type);
  return (
    <div className="st-test">
      <Payload
        label="Input"
        value={request.input}
        onChange={(input) => change({ input })}
        rows={5}
      />
      <details className="st-more">
        <summary>{runs ? "Variables and mocks" : "Variables"}</summary>
        <Payload
          label="Variables"
          value={request.variables}
          onChange={(variables) => change({ variables })}
          optional
        />
        {runs && (
          <>
            <Payload
              label="Result, in place of running it"
              value={request.mock}
              onChange={(mock) => change({ mock })}
              optional
            />
            <div className="st-field">
              <label htmlFor="st-mock-error">Error, in place of running it</label>
              <input
                id="st-mock-error"
                className="input mono"
                value={request.mockError}
                placeholder="States.TaskFailed"
                onChange={(event) => change({ mockError: event.target.value })}
              />
            </div>
          </>
        )}
      </details>
      <Button
        kind="primary"
        disabled={bad !== undefined || tested.busy}
        onClick={() => run(() => testState(session.get().sound, state, request))}
      >
        {tested.busy ? "Running…" : "Test state"}
      </Button>
      <Expression
        language={language}
        value={request.expression}
        onChange={(expression) => change({ expression })}
        onRun={() => run(() => evaluate(request.expression, language, request.input))}
      />
      {tested.error && <Notice>{tested.error}</Notice>}
      {tested.answer && <Outcome answer={tested.answer} />}
    </div>
  );
}

function Expression(props: {
  language: Language;
  value: string;
  onChange: (value: string) => void;
  onRun: () => void;
}) {
  const { language, value, onChange, onRun } = props;
  const { session } = useStudio();
  useSnapshot(session);
  const jsonata = language === "JSONata";
  return (
    <div className="st-field">
      <label htmlFor="st-expression">Try {language} on the input</label>
      <div className="st-row">
        <input
          id="st-expression"
          className="input mono"
          value={value}
          spellCheck={false}
          placeholder={jsonata ? "$states.input.total * 2" : "$.total"}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && onRun()}
        />
        <Button disabled={value.trim() === ""} onClick={onRun}>
          Evaluate
        </Button>
      </div>
    </div>
  );
}

function Payload(props: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  rows?: number;
  optional?: boolean;
}) {
  const { label, value, onChange, rows = 2, optional } = props;
  const id = `st-payload-${label.split(/\W/)[0]}`;
  const problem = optional && value.trim() === "" ? undefined : jsonProblem(value);
  return (
    <div className="st-field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="input mono"
        rows={Math.min(14, Math.max(rows, value.split("\n").length))}
        spellCheck={false}
        value={value}
        aria-invalid={problem ? true : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {problem && <p className="st-problem">{problem}</p>}
    </div>
  );
}

const WORDS: Readonly<Record<Tested["status"], readonly [words: string, tone: string]>> = {
  SUCCEEDED: ["Succeeded", "ok"],
  FAILED: ["Failed", "bad"],
  RETRIABLE: ["Failed: a retrier takes it", "warn"],
  CAUGHT_ERROR: ["Failed: a catcher takes it", "warn"],
};

function Outcome({ answer }: { answer: Tested }) {
  const [words, tone] = WORDS[answer.status];
  return (
    <div className="st-outcome" role="status">
      <p className="status" data-tone={tone} data-chip>
        {words}
        {answer.nextState && `, next: ${answer.nextState}`}
      </p>
      {answer.error && (
        <Notice>
          <span>
            <b>{answer.error}</b>
            {answer.cause && <br />}
            {answer.cause}
          </span>
        </Notice>
      )}
      <ol className="st-stages">
        {stagesOf(answer).map((stage) => (
          <StageView key={stage.name} stage={stage} />
        ))}
      </ol>
    </div>
  );
}

function StageView({ stage }: { stage: Stage }) {
  return (
    <li data-changed={stage.changed || undefined}>
      <details open={stage.changed}>
        <summary>
          {stage.label}
          {!stage.changed && <span className="quiet"> – the same</span>}
        </summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls is reached by the keyboard */}
        <pre tabIndex={0}>{indented(stage.text)}</pre>
      </details>
    </li>
  );
}
