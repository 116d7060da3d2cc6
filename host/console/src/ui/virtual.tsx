// A list of which only the rows in sight are in the page, for lists of any length. One row has the focus at a time, and the
// arrow keys move it. Its roles are those of a grid or a tree of rows: a table's elements cannot be placed by hand, which is why
// the checks for their sake are off for this file.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";

/** Rows beyond those in sight that are kept, so that scrolling meets no gaps. */
const OVERSCAN = 8;

interface Props {
  label: string;
  count: number;
  rowHeight: number;
  /** The row that is selected; it is brought into sight when it changes. */
  selected?: number | undefined;
  onSelect: (index: number) => void;
  /** Right and left: opens and folds. */
  onFold?: (index: number, open: boolean) => void;
  head: ReactNode;
  row: (index: number) => ReactNode;
  rowLabel?: (index: number) => string;
  columns: string;
  /** In pixels; in a narrower place the list scrolls to the side. */
  minWidth: number;
  /** For trees: how deep a row is, and whether what is in it is shown. */
  level?: (index: number) => { level: number; open?: boolean | undefined };
}

export function VirtualRows(props: Props) {
  const {
    label,
    count,
    rowHeight,
    selected,
    onSelect,
    onFold,
    head,
    row,
    columns,
    minWidth,
    level,
  } = props;
  const place = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => place.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
  });
  const items = virtual.getVirtualItems();
  const base = useBase(items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  useEffect(() => {
    if (selected !== undefined && selected >= 0) virtual.scrollToIndex(selected, { align: "auto" });
  }, [selected, virtual]);
  const current = selected !== undefined && selected >= 0 ? selected : 0;
  const move = (to: number) => {
    const index = Math.max(0, Math.min(count - 1, to));
    onSelect(index);
    virtual.scrollToIndex(index, { align: "auto" });
    requestAnimationFrame(() =>
      place.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus(),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((place.current?.clientHeight ?? 0) / rowHeight) - 2);
    const to: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: count - 1,
    };
    const target = to[event.key];
    if (target !== undefined) move(target);
    else if (event.key === "ArrowRight" && onFold) onFold(current, true);
    else if (event.key === "ArrowLeft" && onFold) onFold(current, false);
    else return;
    event.preventDefault();
  };
  const style = { "--columns": columns, "--rows-min": `${minWidth}px` } as React.CSSProperties;
  return (
    <div className="rows" style={style}>
      <div
        className="rows-body"
        ref={place}
        role={level ? "treegrid" : "grid"}
        aria-label={label}
        aria-rowcount={count + 1}
        onKeyDown={onKeyDown}
      >
        <div className="rows-head" role="row" aria-rowindex={1}>
          {head}
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {items.map(({ index, start }) => {
            const depth = level?.(index);
            return (
              <div
                key={index - base}
                className="rows-row"
                data-index={index}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={index === selected}
                {...(depth ? { "aria-level": depth.level, "aria-expanded": depth.open } : {})}
                tabIndex={index === current ? 0 : -1}
                style={{ height: rowHeight, transform: `translateY(${start}px)` }}
                onClick={() => onSelect(index)}
              >
                {row(index)}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/**
 * What a row's number is taken from for its key. It changes with each leap to rows of which none was there before: then the rows
 * in the page get other texts, which costs the browser half of what new rows would. After a small step rows stay the rows they are.
 */
function useBase(first: number, last: number): number {
  const before = useRef({ first, last, base: first });
  const apart = first > before.current.last || last < before.current.first;
  before.current = { first, last, base: apart ? first : before.current.base };
  return before.current.base;
}

/** A cell of a row, or of the head. */
export function Cell({
  head,
  className,
  children,
  title,
}: {
  head?: boolean;
  className?: string;
  title?: string;
  children?: ReactNode;
}) {
  return (
    <div
      role={head ? "columnheader" : "gridcell"}
      className={className ? `cut ${className}` : "cut"}
      title={title}
    >
      {children}
    </div>
  );
}
