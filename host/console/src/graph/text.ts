// How wide texts of the graph are, and how they break into lines: a card is as wide as its name needs, up to a bound.

/** The texts of a card and of an edge: pixels and weight. */
export const FONTS = {
  name: "600 13px",
  detail: "400 11px",
} as const;
export type Font = keyof typeof FONTS;

/** About the width of a letter where nothing can be measured, as in tests. */
const LETTERS: Readonly<Record<Font, number>> = { name: 7.5, detail: 6 };
/** Texts whose widths are kept, at most. */
const MAX_KNOWN = 20_000;

const known = new Map<string, number>();
let brush: CanvasRenderingContext2D | null | undefined;

/** The width of a text on one line, in pixels. */
export function widthOf(text: string, font: Font): number {
  if (typeof document === "undefined") return text.length * LETTERS[font];
  const key = `${font} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  brush ??= document.createElement("canvas").getContext("2d");
  if (!brush) return text.length * LETTERS[font];
  const family = getComputedStyle(document.documentElement).getPropertyValue("--font");
  brush.font = `${FONTS[font]} ${family || "sans-serif"}`;
  const { width } = brush.measureText(text);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, width);
  return width;
}

/** Where each line of a text begins in so much room: after spaces and signs, and within a word that is longer than a line. */
function startsOf(text: string, font: Font, room: number): number[] {
  const starts = [0];
  let [start, at] = [0, 0];
  const begin = (next: number) => {
    start = next;
    starts.push(next);
  };
  for (const word of text.split(/(?<=[\s\-_/.:])/)) {
    const end = at + word.trimEnd().length;
    if (at > start && widthOf(text.slice(start, end), font) > room) begin(at);
    while (end - start > 1 && widthOf(text.slice(start, end), font) > room) {
      begin(start + longest(text.slice(start, end), font, room));
    }
    at += word.length;
  }
  return starts;
}

/** The lines that a text breaks into in so much room. */
export function linesOf(text: string, font: Font, room: number): string[] {
  const starts = startsOf(text, font, room);
  return starts.map((start, index) => text.slice(start, starts[index + 1]).trimEnd());
}

/** A text in at most so many lines; what has no room in the last of them is cut. */
export function cutLines(text: string, font: Font, room: number, most: number): string[] {
  const lines = linesOf(text, font, room);
  if (lines.length <= most) return lines;
  const rest = text.slice(startsOf(text, font, room)[most - 1]);
  const last = rest.slice(0, longest(rest, font, room - widthOf("…", font)));
  return [...lines.slice(0, most - 1), `${last.trimEnd()}…`];
}

/** How many characters of a text have room, one at least. */
function longest(text: string, font: Font, room: number): number {
  let [least, most] = [1, text.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (widthOf(text.slice(0, middle), font) <= room) least = middle;
    else most = middle - 1;
  }
  return least;
}
