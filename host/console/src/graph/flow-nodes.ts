// A laid-out graph as nodes for React Flow.
import type { Layout } from "./layout";
import { emptyOf, endOf, type Region, regionsOf, type StateNode, startOf } from "./model";
import { type FlowNode, type Problem, type StateData, typeWords } from "./nodes";
import { STATUS_WORDS, type StateStatus } from "./status";

/** What is shown of an execution and of problems, by the ids of states. */
export interface Shown {
  readonly status: ReadonlyMap<string, StateStatus> | undefined;
  readonly badges: ReadonlyMap<string, string> | undefined;
  readonly problems: ReadonlyMap<string, Problem> | undefined;
  readonly selected: string | undefined;
  readonly onDragStart: StateData["onDragStart"];
  readonly emptyText: string;
}

const FIXED = { draggable: false, connectable: false, deletable: false };

/** The nodes, containers before what stands in them, so that what is inside is drawn on top and reached later. */
export function flowNodes(graph: Region, layout: Layout, shown: Shown): FlowNode[] {
  return regionsOf(graph).flatMap((region) => regionNodes(region, layout, shown));
}

function regionNodes(region: Region, layout: Layout, shown: Shown): FlowNode[] {
  const depth = region.path.length;
  const outer = region.path.length === 0;
  const nodes: (FlowNode | undefined)[] = [];
  if (!outer && isBranch(region)) {
    nodes.push(at(layout, { id: region.id, type: "region", data: { label: "Branch" } }, depth));
  }
  nodes.push(
    at(layout, { id: startOf(region.id), type: "point", data: { kind: "start", outer } }, depth),
    at(layout, { id: endOf(region.id), type: "point", data: { kind: "end", outer } }, depth),
    at(layout, { id: emptyOf(region.id), type: "empty", data: { text: shown.emptyText } }, depth),
  );
  for (const state of region.states) nodes.push(stateNode(state, layout, shown, depth + 1));
  return nodes.filter((node) => node !== undefined);
}

function isBranch(region: Region): boolean {
  return region.path.at(-2) === "Branches";
}

type Bare = FlowNode extends infer N ? (N extends FlowNode ? Omit<N, "position"> : never) : never;

function at(layout: Layout, node: Bare, zIndex: number): FlowNode | undefined {
  const box = layout.boxes.get(node.id);
  if (!box) return undefined;
  const { x, y, width, height } = box;
  const inert = { selectable: false, focusable: false, ...FIXED };
  return { ...inert, ...node, position: { x, y }, width, height, zIndex } as FlowNode;
}

function stateNode(
  state: StateNode,
  layout: Layout,
  shown: Shown,
  depth: number,
): FlowNode | undefined {
  const status = shown.status?.get(state.id);
  const problem = shown.problems?.get(state.id);
  const badge = shown.badges?.get(state.id);
  const selected = shown.selected === state.id;
  // What can be seen comes first and as it stands there, for those who speak to their computer.
  const seen = [state.name, state.detail || typeWords(state), badge].filter(Boolean).join(" ");
  const words = [
    seen,
    state.detail ? typeWords(state) : undefined,
    status ? STATUS_WORDS[status] : shown.status ? "not reached" : undefined,
    problem === "ERROR" ? "has errors" : problem === "WARNING" ? "has warnings" : undefined,
  ];
  const node: Bare = {
    id: state.id,
    type: "state",
    selectable: true,
    focusable: true,
    className: shown.onDragStart ? "nopan" : "",
    ariaLabel: words.filter(Boolean).join(", "),
    ariaRole: "button",
    domAttributes: { "aria-pressed": selected } as never,
    data: {
      state,
      status,
      live: shown.status !== undefined,
      badge,
      problem,
      selected,
      onDragStart: shown.onDragStart,
    },
  };
  return at(layout, node, depth);
}
