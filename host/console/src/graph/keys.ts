// Arrow keys in the graph: along the transitions, and to what stands beside.
import type { Layout } from "./layout";
import { type Region, regionsOf, type StateNode } from "./model";

export type Arrow = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

export function isArrow(key: string): key is Arrow {
  return /^Arrow(Up|Down|Left|Right)$/.test(key);
}

/** The id of the state that an arrow key leads to, or `undefined` at an edge of the graph. */
export function neighbour(
  graph: Region,
  layout: Layout,
  id: string,
  key: Arrow,
): string | undefined {
  const region = regionsOf(graph).find((candidate) => candidate.states.some((s) => s.id === id));
  if (!region) return undefined;
  const known = new Set(region.states.map((state) => state.id));
  const state = region.states.find((candidate) => candidate.id === id) as StateNode;
  switch (key) {
    case "ArrowDown":
      return (
        state.regions.flatMap((inner) => inner.states)[0]?.id ??
        region.edges.find((edge) => edge.from === id && known.has(edge.to))?.to ??
        afterContainer(graph, region)
      );
    case "ArrowUp":
      return (
        region.edges.find((edge) => edge.to === id && known.has(edge.from))?.from ??
        containerOf(graph, region)?.id
      );
    default:
      return beside(graph, layout, id, key === "ArrowRight" ? 1 : -1);
  }
}

/** The state whose region this is. */
function containerOf(graph: Region, region: Region): StateNode | undefined {
  return regionsOf(graph)
    .flatMap((outer) => outer.states)
    .find((state) => state.regions.some((inner) => inner.id === region.id));
}

function afterContainer(graph: Region, region: Region): string | undefined {
  const container = containerOf(graph, region);
  const outer = regionsOf(graph).find((r) => r.states.some((s) => s.id === container?.id));
  const next = outer?.edges.find((edge) => edge.from === container?.id && edge.kind === "next");
  return next?.to;
}

/** The nearest state to the left or right at about the same height. */
function beside(graph: Region, layout: Layout, id: string, direction: 1 | -1): string | undefined {
  const here = layout.boxes.get(id);
  if (!here) return undefined;
  const candidates = regionsOf(graph)
    .flatMap((region) => region.states)
    .flatMap(({ id: other }) => {
      const box = layout.boxes.get(other);
      if (!box || other === id) return [];
      const gap = direction === 1 ? box.x - here.x - here.width : here.x - box.x - box.width;
      return gap < 0 ? [] : [{ other, cost: gap + 3 * Math.abs(box.y - here.y) }];
    });
  return candidates.sort((a, b) => a.cost - b.cost)[0]?.other;
}
