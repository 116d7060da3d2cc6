import { describe, expect, it } from "vitest";
import { CARD, cardSize } from "./card";

describe("a card", () => {
  it.each([
    ["Pay", "", CARD.width, 1],
    ["Charge the card of all", "", 253, 1],
    ["Pay", "states:startExecution.sync:2", 256, 1],
    ["Charge the card of each customer", "", CARD.widest, 2],
    ["Charge the card of each customer ".repeat(9), "", CARD.widest, 2],
  ])("%s %s", (name, detail, width, lines) => {
    expect(cardSize({ name, detail })).toEqual({ width, height: lines === 1 ? 48 : 65 });
  });
});
