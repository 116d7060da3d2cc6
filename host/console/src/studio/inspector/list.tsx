// A list of parts of a state (retriers, catchers, rules): to fold out, to put in order, to take out.
import type { ReactNode } from "react";
import { move, type Path } from "../../definition";
import { Button } from "../../ui/button";
import { useSnapshot, useStudio } from "../context";
import { removeField } from "../edit/fields";

interface Props {
  readonly title: string;
  readonly path: Path;
  /** What an item is called in its head. */
  readonly summary: (item: Readonly<Record<string, unknown>>) => string;
  readonly item: (path: Path) => ReactNode;
  readonly add: string;
  readonly onAdd: () => void;
}

export function PartList({ title, path, summary, item, add, onAdd }: Props) {
  const { session } = useStudio();
  const { sound } = useSnapshot(session);
  const value = sound.value(path);
  const items = Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
  const reorder = (from: number, to: number) =>
    session.edit((document) => move(document, path, from, to));
  return (
    <section className="st-group" aria-label={title}>
      <h3>
        {title}
        {items.length > 0 && <span className="tag">{items.length}</span>}
      </h3>
      {items.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item is known by its place
        <details key={index} className="st-part" open={items.length <= 2}>
          <summary>
            <span className="cut">{summary(part ?? {}) || "…"}</span>
          </summary>
          <div className="st-part-body">
            {item([...path, index])}
            <div className="st-part-foot">
              <Button
                size="s"
                kind="quiet"
                disabled={index === 0}
                onClick={() => reorder(index, index - 1)}
              >
                Move up
              </Button>
              <Button
                size="s"
                kind="quiet"
                disabled={index === items.length - 1}
                onClick={() => reorder(index, index + 1)}
              >
                Move down
              </Button>
              <Button
                size="s"
                kind="quiet"
                onClick={() => session.edit((document) => removeField(document, [...path, index]))}
              >
                Remove
              </Button>
            </div>
          </div>
        </details>
      ))}
      <Button size="s" className="st-add" onClick={onAdd}>
        {add}
      </Button>
    </section>
  );
}
