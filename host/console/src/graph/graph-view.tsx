// A definition drawn as a graph, with what an execution did in it.
import {
  Controls,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  ViewportPortal,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
} from "react";
import { Edges } from "./edges";
import { flowNodes } from "./flow-nodes";
import "./graph.css";
import { CARD } from "./card";
import { isArrow, neighbour } from "./keys";
import { HEAD } from "./layout";
import { type Edge, type Region, regionsOf, startOf, statesOf } from "./model";
import { NODE_TYPES, type Problem, type StateData } from "./nodes";
import type { StateStatus } from "./status";
import { type LaidOut, useLayout } from "./use-layout";

/** From how many states on a small map of the whole is shown. */
const MAP_FROM = 30;
/** How far a graph is enlarged to fill its place. */
const MOST_ZOOM = 1;
const FIT = { padding: 0.08, maxZoom: MOST_ZOOM };
/** How long the graph takes to move to another place, in milliseconds: no time for those who want none of it. */
const moveMs = () => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200);

export interface GraphViewProps {
  /** The graph: `graphOf(value of the definition)`. Keep it the same object as long as the definition is the same. */
  readonly graph: Region;
  /** What it is a graph of, for screen readers: `Graph of order-fulfilment`. */
  readonly label: string;
  /** By state id. When it is there, an execution is shown, and states without a status were not reached. */
  readonly status?: ReadonlyMap<string, StateStatus> | undefined;
  /** How often each edge was taken, by edge id. When it is there, edges without a count were not taken. */
  readonly counts?: ReadonlyMap<string, number> | undefined;
  /** A short text on a state's card, by state id: `12 / 40` on a Map, `3rd try` on a Task. */
  readonly badges?: ReadonlyMap<string, string> | undefined;
  /** By state id. */
  readonly problems?: ReadonlyMap<string, Problem> | undefined;
  /** The id of the state that is selected. */
  readonly selected?: string | undefined;
  /** A state was clicked, or Enter pressed on it, or `undefined`: the ground was clicked. */
  readonly onSelect?: ((id: string | undefined) => void) | undefined;
  /** States can be dragged: what to do as it begins. */
  readonly onDragStart?: StateData["onDragStart"];
  /** What is drawn over the graph, in its coordinates. */
  readonly overlay?: ((laid: LaidOut) => ReactNode) | undefined;
  /** What an empty machine says. */
  readonly emptyText?: string | undefined;
  /** What stands in a corner of the graph, besides the buttons for zooming. */
  readonly children?: ReactNode;
}

/**
 * A graph that can be moved, enlarged, and walked by the arrow keys. It fills its place, which must have a height.
 *
 * An execution's history names states; `idsByName(graph)` has their ids.
 */
export function GraphView(props: GraphViewProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas(props: GraphViewProps) {
  const { graph, selected, onSelect, status, counts, badges, problems, onDragStart } = props;
  const { emptyText = "No states" } = props;
  const { laid, error } = useLayout(graph);
  const canvas = useRef<HTMLElement>(null);
  const flow = useReactFlow();
  const nodes = useMemo(
    () =>
      laid
        ? flowNodes(laid.graph, laid.layout, {
            status,
            badges,
            problems,
            selected,
            onDragStart,
            emptyText,
          })
        : [],
    [laid, status, badges, problems, selected, onDragStart, emptyText],
  );
  const edges = useMemo(
    (): Edge[] => regionsOf(laid?.graph ?? graph).flatMap((r) => r.edges),
    [laid, graph],
  );
  const many = useMemo(() => statesOf(graph).length >= MAP_FROM, [graph]);
  const touched = useKeptInView(selected, laid, flow);
  useRevealed(canvas, touched, selected, laid, flow);

  const focus = (id: string) =>
    canvas.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus();
  const onKeyDown = (event: KeyboardEvent) => {
    const id = (event.target as HTMLElement)
      .closest?.(".react-flow__node")
      ?.getAttribute("data-id");
    if (event.defaultPrevented || !laid || !id) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onSelect?.(id);
    } else if (isArrow(event.key) && !event.altKey && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      const next = neighbour(laid.graph, laid.layout, id, event.key);
      if (next === undefined) return;
      focus(next);
      onSelect?.(next);
    }
  };
  if (error) return <p className="g-error">The graph cannot be drawn: {error}</p>;
  return (
    <section
      className="g-canvas"
      ref={canvas}
      onKeyDown={onKeyDown}
      aria-label={props.label}
      aria-busy={laid?.graph !== graph}
    >
      {!laid && (
        <p className="g-wait" role="status">
          Drawing the graph…
        </p>
      )}
      {laid && (
        <ReactFlow
          nodes={nodes}
          edges={[]}
          nodeTypes={NODE_TYPES}
          onNodeClick={(_, node) => node.type === "state" && onSelect?.(node.id)}
          onPaneClick={() => onSelect?.(undefined)}
          // Without an event it is the page that moves the graph.
          onMoveStart={(event) => {
            if (event) touched.current = true;
          }}
          nodesDraggable={false}
          nodesConnectable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          zoomOnDoubleClick={false}
          onlyRenderVisibleElements={many}
          minZoom={0.05}
          maxZoom={2}
          fitView
          fitViewOptions={FIT}
        >
          <ViewportPortal>
            <Edges edges={edges} layout={laid.layout} counts={counts} selected={selected} />
            {props.overlay?.(laid)}
          </ViewportPortal>
          <Controls
            showInteractive={false}
            fitViewOptions={FIT}
            onFitView={() => {
              touched.current = false;
            }}
          />
          {many && <MiniMap pannable zoomable ariaLabel="Map of the whole graph" />}
          {props.children}
        </ReactFlow>
      )}
    </section>
  );
}

/**
 * Keeps a graph that changes where it can be seen: the whole of it as long as its user has not moved it, and otherwise
 * the state that is selected (or the start) where it was. Answers whether it was moved.
 */
function useKeptInView(
  selected: string | undefined,
  laid: LaidOut | undefined,
  flow: ReturnType<typeof useReactFlow>,
): RefObject<boolean> {
  const touched = useRef(false);
  const before = useRef<LaidOut>(undefined);
  const anchor = useRef(selected);
  anchor.current = selected;
  useEffect(() => {
    const old = before.current;
    before.current = laid;
    if (!laid || !old || old === laid) return;
    if (!touched.current) {
      // The nodes of the new layout are there after the next frame.
      requestAnimationFrame(() => void flow.fitView({ ...FIT, duration: moveMs() }));
      return;
    }
    const id =
      anchor.current !== undefined && old.layout.boxes.has(anchor.current)
        ? anchor.current
        : startOf("");
    const [from, to] = [old.layout.boxes.get(id), laid.layout.boxes.get(id)];
    if (!from || !to) return;
    const { x, y, zoom } = flow.getViewport();
    void flow.setViewport({ x: x + (from.x - to.x) * zoom, y: y + (from.y - to.y) * zoom, zoom });
  }, [laid, flow]);
  return touched;
}

/** Brings the state that is selected into view: when it is selected, and when the graph's place has another size. */
function useRevealed(
  canvas: RefObject<HTMLElement | null>,
  touched: RefObject<boolean>,
  selected: string | undefined,
  laid: LaidOut | undefined,
  flow: ReturnType<typeof useReactFlow>,
): void {
  const now = useRef({ laid, selected });
  now.current = { laid, selected };
  const reveal = useCallback(() => {
    const { laid: shown, selected: id } = now.current;
    const box = id === undefined ? undefined : shown?.layout.boxes.get(id);
    const element = canvas.current?.getBoundingClientRect();
    if (!box || !element) return;
    const { x, y, zoom } = flow.getViewport();
    const [left, top] = [box.x * zoom + x, box.y * zoom + y];
    const right = left + Math.min(box.width, CARD.widest) * zoom;
    const bottom = top + CARD.height * zoom;
    if (left >= 0 && top >= 0 && right <= element.width && bottom <= element.height) return;
    // By the element's own size: React Flow does not know yet when that has just changed.
    const to = {
      x: element.width / 2 - (box.x + box.width / 2) * zoom,
      y: element.height / 2 - (box.y + Math.min(box.height, HEAD * 4) / 2) * zoom,
    };
    void flow.setViewport({ ...to, zoom }, { duration: moveMs() });
  }, [canvas, flow]);
  useEffect(() => {
    if (selected !== undefined) reveal();
  }, [selected, reveal]);
  useEffect(() => {
    if (!canvas.current) return;
    let first = true;
    const observer = new ResizeObserver(() => {
      // The first call tells of the size that there is.
      if (first) first = false;
      else if (now.current.selected !== undefined) reveal();
      else if (!touched.current) requestAnimationFrame(() => void flow.fitView(FIT));
    });
    observer.observe(canvas.current);
    return () => observer.disconnect();
  }, [canvas, touched, flow, reveal]);
}
