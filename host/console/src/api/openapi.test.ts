import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { apiTypes } from "../../scripts/api-types.mjs";

it("has the types of openapi.json (if not: npm run api-types)", async () => {
  const committed = await readFile(new URL("./openapi.d.ts", import.meta.url), "utf8");
  expect(committed).toBe(await apiTypes());
});
