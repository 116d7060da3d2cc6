import { expect, it } from "vitest";
import { inTurn } from "./in-turn";

/** Resolves after all that was asked for until now. */
const after = () => new Promise<void>((resolve) => inTurn(resolve));

it("does one piece after the other, and not what was taken back", async () => {
  const done: string[] = [];
  inTurn(() => done.push("a"));
  const takeBack = inTurn(() => done.push("b"));
  inTurn(() => {
    done.push("c");
    inTurn(() => done.push("e"));
  });
  inTurn(() => done.push("d"));
  takeBack();
  expect(done).toEqual([]);
  await after();
  expect(done).toEqual(["a", "c", "d"]);
  await after();
  expect(done).toEqual(["a", "c", "d", "e"]);
});
