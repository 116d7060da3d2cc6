// JSON, to read and to edit. The editor is loaded when it is wanted; until then the text is there as it is.
import { lazy, Suspense, useMemo } from "react";
import { Button } from "./button";
import { Copy } from "./copy";
import { indented, jsonProblem } from "./json-text";

const Editor = lazy(() => import("./editor"));

interface ViewProps {
  label: string;
  text: string;
  height?: number;
}

/** A JSON text to read: indented, with folding and search. */
export function JsonView({ label, text, height }: ViewProps) {
  const shown = useMemo(() => indented(text), [text]);
  const style = height ? ({ "--code-height": `${height}px` } as React.CSSProperties) : undefined;
  return (
    <section aria-label={label} style={style}>
      <div className="code-head">
        <h3>{label}</h3>
        <Copy text={shown} label="Copy" />
      </div>
      <div className="code">
        <Suspense fallback={<pre>{shown.slice(0, 4_000)}</pre>}>
          <Editor label={label} text={shown} />
        </Suspense>
      </div>
    </section>
  );
}

interface EditProps extends ViewProps {
  onChange: (text: string) => void;
}

/** A JSON text to edit, with what is wrong with it. */
export function JsonEdit({ label, text, onChange, height }: EditProps) {
  const problem = jsonProblem(text);
  const style = height ? ({ "--code-height": `${height}px` } as React.CSSProperties) : undefined;
  return (
    <section aria-label={label} style={style}>
      <div className="code-head">
        <h3>{label}</h3>
        <Button kind="quiet" size="s" onClick={() => onChange(indented(text))}>
          Format
        </Button>
      </div>
      <div className="code" data-bad={problem ? true : undefined}>
        <Suspense fallback={<pre>{text.slice(0, 4_000)}</pre>}>
          <Editor label={label} text={text} onChange={onChange} />
        </Suspense>
      </div>
      <p className={problem ? "status" : "hidden-text"} data-tone="bad" role="status">
        {problem ?? ""}
      </p>
    </section>
  );
}
