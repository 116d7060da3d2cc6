// Where the states of a graph stand, and how its transitions run: elk's layered layout, a region at a time.
import type { ELK, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import { cardSize } from "./card";
import {
  type Edge,
  type EdgeKind,
  emptyOf,
  endOf,
  type Region,
  type StateNode,
  startOf,
} from "./model";
import { effortOf, inRows } from "./rows";
import { widthOf } from "./text";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle. All lengths are CSS pixels, from the upper left corner of the whole. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** How an edge runs. */
export interface Route {
  readonly points: readonly Point[];
  /** Where its label stands, if it has one. */
  readonly label: Box | undefined;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** By id: states, regions (but the whole), and the points where regions begin and end. */
  readonly boxes: ReadonlyMap<string, Box>;
  /** By the edge's id. */
  readonly routes: ReadonlyMap<string, Route>;
}

/** What stands in a region without states. */
const EMPTY = { width: 200, height: 48 };
export const DOT = 14;
/** How far apart edges leave a state, at most. */
const PORT_GAP = 24;
/** A container's head, and the space around what is in it. */
export const HEAD = 44;
const PADDING = 16;
const BRANCH_GAP = 12;
const LABEL_HEIGHT = 18;
/** The space around a label. */
const LABEL_PADDING = 14;

/** How much an edge wants to be straight: what usually happens goes straight down. */
const PRIORITY: Readonly<Record<EdgeKind, number>> = {
  start: 20,
  next: 20,
  end: 20,
  default: 6,
  choice: 4,
  catch: 1,
};

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.padding": "[top=12,left=16,bottom=12,right=16]",
  "elk.spacing.nodeNode": "28",
  "elk.spacing.edgeNode": "18",
  "elk.spacing.edgeEdge": "12",
  "elk.spacing.edgeLabel": "4",
  "elk.layered.spacing.nodeNodeBetweenLayers": "36",
  "elk.layered.spacing.edgeNodeBetweenLayers": "14",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.edgeLabels.sideSelection": "ALWAYS_DOWN",
  "elk.separateConnectedComponents": "false",
};

/** From which effort on (`effortOf`) the layout takes shortcuts, and from which it is done without elk. */
const SHORT = 1_000;
const TANGLED = 8_000;
const SHORTCUTS = {
  "elk.layered.thoroughness": "1",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
  "elk.layered.crossingMinimization.greedySwitch.type": "OFF",
};

/** Lays a graph out. `elk` is `elk.ts`'s in a page, and the bundled one in tests. */
export async function layoutOf(graph: Region, elk: Pick<ELK, "layout">): Promise<Layout> {
  const inner = await layoutRegion(graph, elk);
  const boxes = new Map<string, Box>();
  const routes = new Map<string, Route>();
  place(inner, { x: 0, y: 0 }, boxes, routes);
  return { width: inner.width, height: inner.height, boxes, routes };
}

/** A region or a state with what is inside, each placed relative to what it is in. */
interface Placed {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly inside: readonly { readonly at: Point; readonly of: Placed }[];
  readonly routes: readonly (readonly [id: string, route: Route])[];
}

async function layoutRegion(region: Region, elk: Pick<ELK, "layout">): Promise<Placed> {
  const states = await Promise.all(region.states.map((state) => layoutState(state, elk)));
  const dot = (id: string, constraint: string): ElkNode => ({
    id,
    width: DOT,
    height: DOT,
    layoutOptions: { "elk.layered.layering.layerConstraint": constraint },
  });
  const nodes = states.map((state) => node(state, region.edges));
  const edges = region.edges.map(edge);
  if (states.length === 0) {
    const id = emptyOf(region.id);
    nodes.push({ id, ...EMPTY });
    edges.push({ id: `${id}in`, sources: [startOf(region.id)], targets: [id] });
    edges.push({ id: `${id}out`, sources: [id], targets: [endOf(region.id)] });
  }
  const effort = effortOf(region);
  const whole: ElkNode = {
    id: `region${region.id}`,
    layoutOptions: effort < SHORT ? OPTIONS : { ...OPTIONS, ...SHORTCUTS },
    children: [dot(startOf(region.id), "FIRST"), ...nodes, dot(endOf(region.id), "LAST")],
    edges,
  };
  const laid: ElkNode = effort < TANGLED ? await elk.layout(whole) : inRows(whole, region);
  const byId = new Map(states.map((state) => [state.id, state]));
  return {
    id: region.id,
    width: laid.width ?? 0,
    height: laid.height ?? 0,
    inside: (laid.children ?? []).map((child) => ({
      at: { x: child.x ?? 0, y: child.y ?? 0 },
      of: byId.get(child.id) ?? leaf(child),
    })),
    routes: (laid.edges ?? []).map((laidEdge) => [laidEdge.id, routeOf(laidEdge)] as const),
  };
}

/** A state is a card, or a container with its regions side by side. */
async function layoutState(state: StateNode, elk: Pick<ELK, "layout">): Promise<Placed> {
  const { id } = state;
  const card = cardSize(state);
  if (state.regions.length === 0) return { id, ...card, inside: [], routes: [] };
  const regions = await Promise.all(state.regions.map((region) => layoutRegion(region, elk)));
  const inside: { at: Point; of: Placed }[] = [];
  const height = Math.max(...regions.map((region) => region.height));
  let x = PADDING;
  for (const region of regions) {
    inside.push({ at: { x, y: HEAD + BRANCH_GAP }, of: { ...region, height } });
    x += region.width + BRANCH_GAP;
  }
  const width = Math.max(x - BRANCH_GAP + PADDING, card.width);
  return { id, width, height: HEAD + BRANCH_GAP + height + PADDING, inside, routes: [] };
}

/**
 * What arrives at a state comes in at the middle of its top. What leaves has places of its own along the bottom: what
 * usually happens in the middle, catchers to its right, and a choice's ways side by side.
 */
function node(state: Placed, edges: readonly Edge[]): ElkNode {
  const { id, width, height } = state;
  const out = edges.filter((edge) => edge.from === id);
  const ways = out.filter((edge) => edge.kind !== "catch");
  const middle = width / 2;
  const apart = Math.min(PORT_GAP, (width - 2 * PORT_GAP) / Math.max(1, out.length));
  const places = out.map((edge) => {
    const index = ways.indexOf(edge);
    if (index >= 0) return middle + (index - (ways.length - 1) / 2) * apart;
    return middle + (ways.length - 1) * (apart / 2) + (out.indexOf(edge) - ways.length + 1) * apart;
  });
  const port = (name: string, x: number, y: number, side: string) => ({
    id: name,
    x,
    y,
    width: 0,
    height: 0,
    layoutOptions: { "elk.port.side": side },
  });
  return {
    id,
    width,
    height,
    layoutOptions: { "elk.portConstraints": "FIXED_POS" },
    ports: [
      port(`${id}#in`, middle, 0, "NORTH"),
      ...out.map((edge, index) => port(`${edge.id}#out`, places[index] ?? middle, height, "SOUTH")),
    ],
  };
}

function edge({ id, kind, from, to, label }: Edge): ElkExtendedEdge {
  const width = Math.ceil(widthOf(label, "detail")) + LABEL_PADDING;
  return {
    id,
    layoutOptions: {
      "elk.layered.priority.straightness": String(PRIORITY[kind]),
      "elk.layered.priority.shortness": String(PRIORITY[kind]),
    },
    sources: [kind === "start" ? from : `${id}#out`],
    targets: [kind === "end" ? to : `${to}#in`],
    labels:
      label === ""
        ? []
        : [
            {
              id: `${id}#label`,
              text: label,
              width,
              height: LABEL_HEIGHT,
              layoutOptions: { "elk.edgeLabels.inline": "true" },
            },
          ],
  };
}

function routeOf(edge: ElkExtendedEdge): Route {
  const section = edge.sections?.[0];
  const label = edge.labels?.[0];
  return {
    points: section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [],
    label: label && {
      x: label.x ?? 0,
      y: label.y ?? 0,
      width: label.width ?? 0,
      height: label.height ?? 0,
    },
  };
}

function leaf(child: ElkNode): Placed {
  const { id, width = 0, height = 0 } = child;
  return { id, width, height, inside: [], routes: [] };
}

function place(part: Placed, at: Point, boxes: Map<string, Box>, routes: Map<string, Route>): void {
  boxes.set(part.id, { ...at, width: part.width, height: part.height });
  const shift = (point: Point): Point => ({ x: point.x + at.x, y: point.y + at.y });
  for (const [id, { points, label }] of part.routes) {
    routes.set(id, { points: points.map(shift), label: label && { ...label, ...shift(label) } });
  }
  for (const inner of part.inside) place(inner.of, shift(inner.at), boxes, routes);
}
