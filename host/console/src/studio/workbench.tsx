// The Studio with a definition open in it.
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from "react";
import { told } from "../api/client";
import { navigate, useQuery } from "../app/location";
import { paths } from "../app/routes";
import type { JsonDocument } from "../definition";
import { graphOf, type Region } from "../graph";
import { Button, Notice } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Canvas } from "./canvas";
import { CodeMode, type Syntax } from "./code-mode";
import { ConfigMode } from "./config-mode";
import { type Studio, StudioContext, useSnapshot, useStudio } from "./context";
import { DraftBar } from "./draft-bar";
import { languageAt, type Place } from "./edit/insert";
import { download, importInto } from "./files";
import { ANY_ROLE, type Diagnostic } from "./host";
import { Inspector } from "./inspector/inspector";
import { KEYS, useKeys } from "./keys";
import { EMPTY, NEW, type Saved } from "./machine";
import { isModified, type Opened } from "./opened";
import { Palette } from "./palette";
import { Problems } from "./problems";
import { RunDialog } from "./run-dialog";
import { SaveDialog } from "./save-dialog";
import { MODES, type Mode, TopBar } from "./top-bar";
import { type Diagnosed, useDiagnostics } from "./use-diagnostics";
import { usePlugins } from "./use-plugins";
import { hasComments } from "./yaml-text";

const DiffView = lazy(() => import("./diff-view"));

interface Props {
  readonly opened: Opened;
  /** Whether the browser has no room for a draft. */
  readonly unkept: boolean;
  readonly onChange: (opened: Opened) => void;
}

export function Workbench(props: Props) {
  const { opened } = props;
  const { session, config } = opened;
  const snapshot = useSnapshot(session);
  const [target, setTarget] = useState<Place>();
  const plugins = usePlugins();
  const diagnosed = useDiagnostics(snapshot.document, config.type);
  const { sound } = snapshot;
  const graph = useGraph(sound);
  const studio = useMemo(
    (): Studio => ({
      session,
      graph,
      diagnostics: diagnosed.diagnostics,
      plugins,
      language: languageAt(sound, []),
      type: config.type,
      target,
      setTarget,
    }),
    [session, graph, diagnosed.diagnostics, plugins, sound, config.type, target],
  );
  return (
    <StudioContext value={studio}>
      <Bench {...props} diagnosed={diagnosed} />
    </StudioContext>
  );
}

/** The graph, the same object as long as the same is drawn: most edits change nothing of it. */
function useGraph(document: JsonDocument): Region {
  const last = useRef<{ graph: Region; text: string }>(undefined);
  return useMemo(() => {
    const graph = graphOf(document.value());
    const text = JSON.stringify(graph);
    if (last.current?.text !== text) last.current = { graph, text };
    return last.current.graph;
  }, [document]);
}

type Open = "save" | "run" | "diff" | "keys" | undefined;

function Bench({ opened, unkept, onChange, diagnosed }: Props & { diagnosed: Diagnosed }) {
  const { session, config, saved } = opened;
  const { diagnostics } = useStudio();
  const { document } = useSnapshot(session);
  const [query, setQuery] = useQuery();
  const mode: Mode = MODES.find((known) => known === query.get("mode")) ?? "design";
  const syntax: Syntax = query.get("syntax") === "yaml" ? "yaml" : "json";
  const [open, setOpen] = useState<Open>();
  const [listing, setListing] = useState(false);
  const [error, setError] = useState<string>();
  const modified = isModified(opened);
  const onSave = useCallback(() => setOpen("save"), []);
  useKeys(onSave, mode !== "config");
  const errors = diagnostics.filter(({ severity }) => severity === "ERROR").length;
  const onSaved = (next: Saved) => {
    session.seal();
    onChange({ session, config: next.config, saved: next });
    setOpen(undefined);
    if (!saved) navigate(`${paths.studio(next.arn)}${window.location.search}`, true);
  };
  const importing = async (file: File) => {
    try {
      await importInto(session, file);
      setError(undefined);
    } catch (cause) {
      setError(told(cause));
    }
  };
  const show = (diagnostic: Diagnostic) => {
    session.select(diagnostic.state);
    if (diagnostic.state === undefined) setQuery({ mode: "code" });
  };
  return (
    <div className="studio">
      <TopBar
        name={config.name}
        arn={saved?.arn}
        mode={mode}
        modified={modified}
        saved={saved !== undefined}
        problems={
          <ProblemsButton
            {...{ diagnosed, errors, listing }}
            onToggle={() => setListing(!listing)}
          />
        }
        onMode={(next) => setQuery({ mode: next === "design" ? null : next })}
        onSave={onSave}
        onRun={() => setOpen("run")}
        onDiff={() => setOpen("diff")}
        onKeys={() => setOpen("keys")}
        onDiscard={() => {
          session.write(saved?.definition ?? EMPTY);
          session.yaml.forget();
          onChange({ ...opened, config: saved?.config ?? NEW });
        }}
        onImport={(file) => void importing(file)}
        onExport={(format) =>
          void download(session, config.name, format).catch((cause) => setError(told(cause)))
        }
      />
      <DraftBar opened={opened} unkept={unkept} onChange={onChange} />
      {error && <Notice>{error}</Notice>}
      {mode === "design" && <Design />}
      {mode === "code" && (
        <CodeMode
          syntax={syntax}
          onSyntax={(next) => setQuery({ syntax: next === "json" ? null : next })}
        />
      )}
      {mode === "config" && (
        <ConfigMode
          config={config}
          exists={saved !== undefined}
          onChange={(next) => onChange({ ...opened, config: next })}
        />
      )}
      {listing && diagnostics.length > 0 && <Problems diagnostics={diagnostics} onShow={show} />}
      {open === "save" && (
        <SaveDialog
          definition={document.text}
          comments={hasComments(session.yaml.written)}
          config={{ ...config, roleArn: config.roleArn || ANY_ROLE }}
          saved={saved}
          errors={errors}
          onSaved={onSaved}
          onDiff={() => setOpen("diff")}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === "run" && saved && (
        <RunDialog
          arn={saved.arn}
          express={config.type === "EXPRESS"}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === "keys" && <Keys onClose={() => setOpen(undefined)} />}
      {open === "diff" && (
        <Dialog
          title="What changes"
          about="What is saved is on the left"
          onClose={() => setOpen(undefined)}
        >
          <Suspense fallback={<p className="quiet">Loading…</p>}>
            <DiffView before={saved?.definition ?? ""} after={document.text} />
          </Suspense>
          <div className="dialog-foot">
            <Button onClick={() => setOpen(undefined)}>Close</Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

/** The palette, the graph and the forms. On a narrow page the palette is opened by a button. */
function Design() {
  const { session } = useStudio();
  const { document, sound, selected } = useSnapshot(session);
  const [adding, setAdding] = useState(false);
  return (
    <div
      className="design"
      data-adding={adding || undefined}
      data-selected={selected !== undefined || undefined}
    >
      <Palette onDone={() => setAdding(false)} />
      <div className="design-canvas">
        {document !== sound && (
          <div className="design-stale">
            <Notice>
              The text is not JSON at the moment. This is the last definition that was: edit it as
              code.
            </Notice>
          </div>
        )}
        <Canvas onPick={() => setAdding(true)} />
        <Button className="design-add" aria-expanded={adding} onClick={() => setAdding(!adding)}>
          {adding ? "Close" : "Add"}
        </Button>
      </div>
      <Inspector />
    </div>
  );
}

interface ProblemsProps {
  readonly diagnosed: Diagnosed;
  readonly errors: number;
  readonly listing: boolean;
  readonly onToggle: () => void;
}

function ProblemsButton({ diagnosed, errors, listing, onToggle }: ProblemsProps) {
  const { diagnostics, error } = diagnosed;
  const warnings = diagnostics.length - errors;
  if (error)
    return (
      <span className="status studio-problems" data-tone="bad" title={error}>
        Host not reached
      </span>
    );
  if (diagnostics.length === 0) {
    return (
      <span className="status studio-problems" data-tone="ok">
        <span aria-hidden="true">✓</span> <span className="studio-problems-words">No problems</span>
      </span>
    );
  }
  const words = [
    errors > 0 ? plural(errors, "error") : "",
    warnings > 0 ? plural(warnings, "warning") : "",
  ];
  return (
    <Button kind="quiet" className="studio-problems" aria-expanded={listing} onClick={onToggle}>
      <span className="status" data-tone={errors > 0 ? "bad" : "warn"}>
        {words.filter(Boolean).join(", ")}
      </span>
    </Button>
  );
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;

function Keys({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className="facts">
        {KEYS.map(([keys, what]) => (
          <div key={keys} style={{ display: "contents" }}>
            <dt>{keys}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="dialog-foot">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}
