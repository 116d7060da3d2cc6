// The Code mode: the text beside its graph, each in step with the other.
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { toPointer } from "../definition";
import { isWithin } from "../definition/pointer";
import { statesOf } from "../graph";
import { Segments } from "../ui/segments";
import { Canvas } from "./canvas";
import { optionsAt, type Place } from "./completion";
import { useSnapshot, useStudio } from "./context";
import { find } from "./edit/links";
import { fromYaml, type YamlProblem } from "./yaml";

const CodeEditor = lazy(() => import("./code-editor"));

export type Syntax = "json" | "yaml";
const SYNTAXES = [
  ["json", "JSON"],
  ["yaml", "YAML"],
] as const;

export function CodeMode({
  syntax,
  onSyntax,
}: {
  syntax: Syntax;
  onSyntax: (syntax: Syntax) => void;
}) {
  return (
    <div className="code-mode">
      <section className="code-pane" aria-label="Definition">
        <div className="code-bar">
          <Segments label="Syntax" options={SYNTAXES} value={syntax} onChange={onSyntax} />
          {syntax === "yaml" && (
            <span className="quiet">
              A view of the JSON, which is what is saved. Comments are kept here and in what you
              export as YAML, not in what is saved.
            </span>
          )}
        </div>
        <Suspense fallback={<p className="quiet code-loading">Loading the editor…</p>}>
          {syntax === "json" ? <JsonPane /> : <YamlPane />}
        </Suspense>
      </section>
      <div className="code-graph">
        <Canvas />
      </div>
    </div>
  );
}

function JsonPane() {
  const { session, graph, diagnostics, plugins } = useStudio();
  const { document, selected } = useSnapshot(session);
  const options = useCallback(
    (place: Place) => optionsAt(session.get().document, place, plugins),
    [session, plugins],
  );
  const reveal = useMemo(() => {
    const found = selected === undefined ? undefined : find(document, selected);
    return found && document.memberRange(found.state.path);
  }, [document, selected]);
  const onCursor = (offset: number) => {
    const now = session.get();
    if (now.document !== now.sound) return;
    const pointer = toPointer(now.document.pathAt(offset));
    session.select(statesOf(graph).findLast(({ id }) => isWithin(pointer, id))?.id);
  };
  return (
    <CodeEditor
      text={document.text}
      language="json"
      problems={diagnostics}
      reveal={reveal}
      options={options}
      onChange={(text) => session.write(text, "json")}
      onCursor={onCursor}
    />
  );
}

const NO_PROBLEMS: readonly YamlProblem[] = [];

function YamlPane() {
  const { session, plugins } = useStudio();
  const { sound } = useSnapshot(session);
  const options = useCallback(
    (place: Place) => optionsAt(session.get().sound, place, plugins),
    [session, plugins],
  );
  const [text, setText] = useState(() => session.yaml.of(sound));
  const [problems, setProblems] = useState(NO_PROBLEMS);
  // What is typed is compared with the definition as it was before the typing: on the way to a word every letter would be
  // an edit of its own, and what such an edit takes out comes back in another form.
  const base = useRef(sound);
  const own = useRef(sound.text);
  useEffect(() => {
    // What was edited elsewhere is shown; what was typed here stays as it was typed.
    if (own.current === sound.text) return;
    own.current = sound.text;
    base.current = sound;
    setText(session.yaml.of(sound));
    setProblems(NO_PROBLEMS);
  }, [sound, session]);
  const change = (typed: string) => {
    setText(typed);
    const read = fromYaml(base.current, typed);
    if ("problems" in read) return setProblems(read.problems);
    setProblems(NO_PROBLEMS);
    own.current = read.document.text;
    session.yaml.keep(typed, read.document);
    session.write(read.document.text, "yaml");
  };
  const shown = useMemo(
    () => problems.map((problem) => ({ ...problem, severity: "ERROR" as const })),
    [problems],
  );
  return (
    <CodeEditor
      text={text}
      language="yaml"
      problems={shown}
      reveal={undefined}
      options={options}
      onChange={change}
      onCursor={() => undefined}
    />
  );
}
