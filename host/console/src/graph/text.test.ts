import { describe, expect, it } from "vitest";
import { cutLines, linesOf, widthOf } from "./text";

/** Room for so many letters of a name. */
const room = (letters: number) => widthOf("x".repeat(letters), "name");

describe("lines of a name", () => {
  it.each([
    ["Charge", 10, ["Charge"]],
    ["Charge the card", 15, ["Charge the card"]],
    ["Charge the card", 14, ["Charge the", "card"]],
    ["Charge-the_card/now", 8, ["Charge-", "the_", "card/now"]],
    ["ChargeTheCard", 6, ["Charge", "TheCar", "d"]],
    ["a ChargeTheCard", 6, ["a", "Charge", "TheCar", "d"]],
    ["", 6, [""]],
  ])("%s in %i letters", (text, letters, expected) => {
    expect(linesOf(text, "name", room(letters))).toEqual(expected);
  });

  it.each([
    ["Charge the card", 15, ["Charge the card"]],
    ["Charge the card of the customer", 15, ["Charge the card", "of the customer"]],
    ["Charge the card of the customers", 15, ["Charge the card", "of the custome…"]],
    ["Charge the card of the customer now", 15, ["Charge the card", "of the custome…"]],
  ])("%s in two of %i letters", (text, letters, expected) => {
    expect(cutLines(text, "name", room(letters), 2)).toEqual(expected);
  });
});
