import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const SOURCE = join(import.meta.dirname, "..");

/** The selectors of a stylesheet's rules, one by one. */
function selectorsOf(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  return [...text.matchAll(/(?:^|[{};])\s*([^{};@]+)\{/g)].flatMap(([, selectors = ""]) =>
    selectors.split(",").map((one) => one.trim()),
  );
}

it("no two stylesheets have rules of one selector: which counts would depend on the page that was opened first", () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".css"),
  );
  const places = new Map<string, Set<string>>();
  for (const file of files) {
    for (const selector of selectorsOf(file)) {
      if (!selector.startsWith(".")) continue;
      places.set(selector, (places.get(selector) ?? new Set()).add(file));
    }
  }
  expect(places.size).toBeGreaterThan(200);
  expect([...places].filter(([, of]) => of.size > 1).map(([selector]) => selector)).toEqual([]);
});
