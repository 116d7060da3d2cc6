// The graph as a picture of its own: SVG text, and a PNG of it.
import { NAME_LINES, roomIn } from "./card";
import { loadElk } from "./elk";
import { TYPE_STROKES } from "./icons";
import { type Box, HEAD, type Layout, layoutOf } from "./layout";
import { endOf, type Region, regionsOf, type StateNode, startOf, statesOf } from "./model";
import { pathOf } from "./path";
import type { StateStatus } from "./status";
import { cutLines } from "./text";

/** The picture's colours, which are light whatever the console's are: it is for documents. */
const INK = {
  text: "#171c26",
  quiet: "#5d6778",
  line: "#c3cad6",
  edge: "#818b9c",
  warn: "#c98412",
};
const FILLS: Readonly<Record<StateStatus, readonly [line: string, fill: string]>> = {
  running: ["#3b78e7", "#e5eeff"],
  succeeded: ["#2f9e60", "#e2f5ea"],
  failed: ["#d64a41", "#fdeceb"],
  caught: ["#c98412", "#fdf1dc"],
  retried: ["#c98412", "#fdf1dc"],
  stopped: ["#aab3c1", "#eef0f4"],
};
const MARGIN = 16;
/** The height of a name's line. */
const LINE = 17;
/** Pixels of a PNG for one of the layout, and the most that either side may have. */
const SCALE = 2;
const MOST_PIXELS = 16_000;

/** The graph as SVG, with the states of an execution if they are given. */
export function exportSvg(
  graph: Region,
  layout: Layout,
  status?: ReadonlyMap<string, StateStatus>,
): string {
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
  const regions = regionsOf(graph);
  const parts = [
    ...regions
      .filter((region) => region.path.length > 0)
      .map((region) => frame(layout.boxes.get(region.id))),
    ...statesOf(graph).map((state) =>
      card(state, layout.boxes.get(state.id), status?.get(state.id)),
    ),
    ...regions.flatMap(({ id }) => [
      dot(layout.boxes.get(startOf(id)), true),
      dot(layout.boxes.get(endOf(id)), false),
    ]),
    ...regions
      .flatMap((region) => region.edges)
      .map(({ id, kind, label }) => {
        const route = layout.routes.get(id);
        if (!route) return "";
        const catching = kind === "catch";
        const line = `<path d="${pathOf(route.points)}" fill="none" stroke="${catching ? INK.warn : INK.edge}" stroke-width="1.25"${catching ? ' stroke-dasharray="4 3"' : ""} marker-end="url(#arrow)"/>`;
        const box = route.label;
        if (!box) return line;
        const words = `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="3" fill="#fff"/>${text(box.x + box.width / 2, box.y + 13, 11, INK.quiet, label, 'text-anchor="middle"')}`;
        return line + words;
      }),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto" markerUnits="userSpaceOnUse"><path d="M1 1 7 4 1 7" fill="none" stroke="${INK.edge}" stroke-width="1.5"/></marker></defs>`,
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" fill="#fff"/>`,
    ...parts.filter((part) => part !== ""),
    "</svg>",
  ].join("\n");
}

/** The graph as SVG, laid out for it. Only a page can do that. */
export async function drawSvg(
  graph: Region,
  status?: ReadonlyMap<string, StateStatus>,
): Promise<string> {
  return exportSvg(graph, await layoutOf(graph, await loadElk()), status);
}

/** A PNG of an SVG. Only a page can make one. Rejects when the browser cannot draw it. */
export async function exportPng(svg: string): Promise<Blob> {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    image.src = url;
    await image.decode();
    const scale = Math.min(SCALE, MOST_PIXELS / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      const done = (blob: Blob | null) =>
        blob
          ? resolve(blob)
          : reject(new Error("The graph is too large for a PNG. Export it as SVG."));
      canvas.toBlob(done, "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

function card(state: StateNode, box: Box | undefined, status: StateStatus | undefined): string {
  if (!box) return "";
  const [line, fill] = status ? FILLS[status] : [INK.line, "#fff"];
  const middle = box.y + (state.regions.length > 0 ? HEAD : box.height) / 2;
  const container = state.regions.length > 0;
  const room = roomIn(box.width);
  const names = cutLines(state.name, "name", room, container ? 1 : NAME_LINES);
  const [detail = ""] = cutLines(state.detail || state.type, "detail", room, 1);
  const up = (names.length - 1) * (LINE / 2);
  return [
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="8" fill="${fill}" stroke="${line}"/>`,
    `<g transform="translate(${box.x + 14} ${middle - 8})"><path d="${TYPE_STROKES[state.type]}" fill="none" stroke="${INK.quiet}" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></g>`,
    ...names.map((name, index) =>
      text(box.x + 44, middle - 2 - up + index * LINE, 13, INK.text, name, 'font-weight="600"'),
    ),
    text(box.x + 44, middle + 13 + up, 11, INK.quiet, detail),
  ].join("");
}

function frame(box: Box | undefined): string {
  if (!box) return "";
  return `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="6" fill="none" stroke="${INK.line}" stroke-dasharray="3 3"/>`;
}

function dot(box: Box | undefined, start: boolean): string {
  if (!box) return "";
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const ring = `<circle cx="${x}" cy="${y}" r="6" fill="${start ? INK.edge : "#fff"}" stroke="${INK.edge}" stroke-width="2"/>`;
  return start ? ring : `${ring}<circle cx="${x}" cy="${y}" r="3" fill="${INK.edge}"/>`;
}

function text(x: number, y: number, size: number, fill: string, words: string, more = ""): string {
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" ${more}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
