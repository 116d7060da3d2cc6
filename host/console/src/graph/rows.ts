// The layout of regions that are too tangled for elk: rows by the distance from the start, and lines past them.
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import type { Edge, Region } from "./model";

/** The gaps between states of a row, and between rows, in pixels. */
const GAP = 28;
const ROW_GAP = 56;
/** How far apart the lines are that run past the rows, and how many have a line of their own. */
const LANE = 6;
const LANES = 40;

/**
 * About how much work elk has with a region: it sets a node of its own wherever an edge passes a row, and its time grows
 * faster than their number (some 5,000 take seconds, some 30,000 half a minute).
 */
export function effortOf(region: Region): number {
  const order = new Map(region.states.map((state, index) => [state.id, index]));
  return region.edges.reduce((sum, edge) => {
    const [from, to] = [order.get(edge.from), order.get(edge.to)];
    return from === undefined || to === undefined ? sum : sum + Math.abs(to - from);
  }, 0);
}

/** The graph that elk would have been given, with places. Edges to the next row run there, others along the side. */
export function inRows(graph: ElkNode, region: Region): ElkNode {
  const nodes = graph.children ?? [];
  const rows = rowsOf(nodes, region.edges);
  const width = Math.max(
    ...rows.map((row) => row.reduce((sum, node) => sum + (node.width ?? 0) + GAP, GAP)),
  );
  let y = GAP / 2;
  const placed = new Map<string, ElkNode & { row: number }>();
  for (const [index, row] of rows.entries()) {
    const own = row.reduce((sum, node) => sum + (node.width ?? 0) + GAP, -GAP);
    let x = (width - own) / 2;
    for (const node of row) {
      placed.set(node.id, { ...node, x, y, row: index });
      x += (node.width ?? 0) + GAP;
    }
    y += Math.max(...row.map((node) => node.height ?? 0)) + ROW_GAP;
  }
  let lane = 0;
  const edges = region.edges.flatMap((edge): ElkExtendedEdge[] => {
    const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
    if (!from || !to) return [];
    const startPoint = { x: middle(from), y: bottom(from) };
    const endPoint = { x: middle(to), y: to.y ?? 0 };
    const near = to.row === from.row + 1;
    const [below, above] = [startPoint.y + GAP / 2, endPoint.y - GAP / 2];
    const side = width + (lane++ % LANES) * LANE;
    const bendPoints = near
      ? [
          { x: startPoint.x, y: above },
          { x: endPoint.x, y: above },
        ]
      : [
          { x: startPoint.x, y: below },
          { x: side, y: below },
          { x: side, y: above },
          { x: endPoint.x, y: above },
        ];
    const section = { id: `${edge.id}#section`, startPoint, endPoint, bendPoints };
    return [{ id: edge.id, sources: [edge.from], targets: [edge.to], sections: [section] }];
  });
  const whole = width + LANES * LANE;
  return {
    ...graph,
    children: [...placed.values()],
    edges,
    width: whole,
    height: y - ROW_GAP + GAP / 2,
  };
}

const middle = (node: ElkNode) => (node.x ?? 0) + (node.width ?? 0) / 2;
const bottom = (node: ElkNode) => (node.y ?? 0) + (node.height ?? 0);

/** The nodes by their distance from the first one; those that nothing leads to come last. */
function rowsOf(nodes: readonly ElkNode[], edges: readonly Edge[]): ElkNode[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const left = new Map(nodes.map((node) => [node.id, node]));
  const rows: ElkNode[][] = [];
  let ids: readonly string[] = nodes.slice(0, 1).map((node) => node.id);
  const last = nodes.at(-1);
  if (last) left.delete(last.id);
  while (left.size > 0) {
    const row = [...new Set(ids)].flatMap((id) => left.get(id) ?? []);
    if (row.length === 0) row.push(...left.values());
    for (const node of row) left.delete(node.id);
    rows.push(row);
    ids = row.flatMap((node) => next.get(node.id) ?? []);
  }
  return last ? [...rows, [last]] : rows;
}
