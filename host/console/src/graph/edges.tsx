// The transitions, drawn in one layer.
import { memo, useId } from "react";
import type { Layout, Route } from "./layout";
import type { Edge } from "./model";
import { middleOf, pathOf } from "./path";

interface Props {
  readonly edges: readonly Edge[];
  readonly layout: Layout;
  /** How often each edge was taken, by its id; without it no execution is shown. */
  readonly counts: ReadonlyMap<string, number> | undefined;
  /** The state whose transitions stand out. */
  readonly selected: string | undefined;
}

export const Edges = memo(function Edges({ edges, layout, counts, selected }: Props) {
  const arrow = useId();
  const drawn = edges.flatMap((edge) => {
    const route = layout.routes.get(edge.id);
    return route && route.points.length > 1 ? [{ edge, route }] : [];
  });
  return (
    <>
      <svg className="g-edges" width={layout.width} height={layout.height} aria-hidden="true">
        <defs>
          <marker
            id={arrow}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
            markerUnits="userSpaceOnUse"
          >
            <path d="M1 1 7 4 1 7" fill="none" stroke="context-stroke" strokeWidth="1.5" />
          </marker>
        </defs>
        {drawn.map(({ edge, route }) => (
          <path
            key={edge.id}
            className={classes(edge, counts, selected)}
            d={pathOf(route.points)}
            markerEnd={`url(#${arrow})`}
          />
        ))}
      </svg>
      {drawn.map(({ edge, route }) => (
        <EdgeLabel key={edge.id} edge={edge} route={route} counts={counts} />
      ))}
    </>
  );
});

function classes(edge: Edge, counts: Props["counts"], selected: string | undefined): string {
  const taken = counts && (counts.get(edge.id) ? "g-taken" : "g-untaken");
  const near = selected !== undefined && (edge.from === selected || edge.to === selected);
  return `g-edge g-edge-${edge.kind} ${taken ?? ""} ${near ? "g-near" : ""}`;
}

function EdgeLabel(props: { edge: Edge; route: Route; counts: Props["counts"] }) {
  const { edge, route, counts } = props;
  const count = counts?.get(edge.id) ?? 0;
  const times = count > 1 ? `×${count.toLocaleString("en")}` : "";
  if (route.label) {
    const { x, y, width, height } = route.label;
    return (
      <div
        className={`g-label g-edge-${edge.kind}`}
        style={{ transform: `translate(${x}px, ${y}px)`, width, height }}
        title={edge.label}
      >
        <span>{edge.label}</span>
        {times && <b>{times}</b>}
      </div>
    );
  }
  if (!times) return null;
  const { x, y } = middleOf(route.points);
  return (
    <div
      className="g-count"
      style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
    >
      {times}
    </div>
  );
}
