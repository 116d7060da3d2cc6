// An edge's line: straight pieces with rounded corners.
import type { Point } from "./layout";

const CORNER = 6;

/** The `d` of an SVG path through points. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let d = `M${first.x} ${first.y}`;
  let before = first;
  for (const [index, here] of rest.entries()) {
    const after = rest[index + 1];
    if (after === undefined) {
      d += `L${here.x} ${here.y}`;
      break;
    }
    const from = toward(here, before);
    const to = toward(here, after);
    d += `L${from.x} ${from.y}Q${here.x} ${here.y} ${to.x} ${to.y}`;
    before = here;
  }
  return d;
}

/** The point of a corner's rounding on the piece from the corner to its neighbour. */
function toward(corner: Point, neighbour: Point): Point {
  const [dx, dy] = [neighbour.x - corner.x, neighbour.y - corner.y];
  const length = Math.hypot(dx, dy);
  const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: corner.x + dx * part, y: corner.y + dy * part };
}

/** The middle of a line, measured along it. */
export function middleOf(points: readonly Point[]): Point {
  const lengths = points.slice(1).map((point, i) => distance(point, points[i] as Point));
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2;
  for (const [i, length] of lengths.entries()) {
    const [a, b] = [points[i] as Point, points[i + 1] as Point];
    if (left <= length) {
      const part = length === 0 ? 0 : left / length;
      return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
    }
    left -= length;
  }
  return points[0] ?? { x: 0, y: 0 };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
