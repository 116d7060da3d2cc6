// The size of a state's card, from its name and what stands under it.
import type { StateNode } from "./model";
import { linesOf, widthOf } from "./text";

/** The smallest card, and how wide one may be, in pixels. */
export const CARD = { width: 176, height: 48, widest: 300 };
/** Lines that a name may take, and how much higher each beyond the first makes a card. */
export const NAME_LINES = 2;
const LINE = 17;
/** What a card has beside its words: the icon, the sign of a status, and the space around. */
const BESIDE = 55 + 29 + 2;
/** A little more than was measured: browsers round. */
const SLACK = 2;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The room that a card of this width has for its words. */
export const roomIn = (width: number): number => width - BESIDE;

/** The size of a card with this name and detail. */
export function cardSize({ name, detail }: Pick<StateNode, "name" | "detail">): Size {
  const wanted = Math.max(widthOf(name, "name"), widthOf(detail, "detail")) + SLACK + BESIDE;
  const width = Math.min(CARD.widest, Math.max(CARD.width, Math.ceil(wanted)));
  const lines = Math.min(NAME_LINES, linesOf(name, "name", roomIn(width)).length);
  return { width, height: CARD.height + (lines - 1) * LINE };
}
