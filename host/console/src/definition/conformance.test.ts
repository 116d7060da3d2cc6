// Every definition of the recorded conformance cases: opened and saved it is what it was, an edit changes nothing
// outside of it, and it has a layout. The recordings are read where they are; without them this is skipped, aloud.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Elk from "elkjs/lib/elk.bundled.js";
import { describe, expect, it } from "vitest";
import { layoutOf } from "../graph/layout";
import { graphOf, statesOf } from "../graph/model";
import { fromYaml, toYaml } from "../studio/yaml";
import { JsonDocument } from "./document";
import { remove, set } from "./edit";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");
const folder =
  process.env.DIRIGENT_CONFORMANCE ?? join(repository, "../shared/conformance/stepfunctions");
const found = existsSync(folder);
if (!found)
  console.warn(
    `SKIPPED: there are no recordings in ${folder} (DIRIGENT_CONFORMANCE says where they are)`,
  );

/** The definitions that the cases send, each once, that are JSON objects. */
function definitions(): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const texts = files
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf8")).calls ?? [])
    .map((call: { params?: { definition?: unknown } }) => call.params?.definition)
    .filter((text) => typeof text === "string");
  return [...new Set(texts)].filter((text) => {
    const document = new JsonDocument(text);
    return document.valid && document.root?.type === "object";
  });
}

/** What two texts have in common at their begin and at their end. */
function unchanged(before: string, after: string): number {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return start + end;
}

describe.skipIf(!found)("every recorded definition", () => {
  const texts = found ? definitions() : [];

  it("is there", () => {
    expect(texts.length).toBeGreaterThan(300);
  });

  it("saved untouched is what it was, looked at as YAML too", () => {
    for (const text of texts) {
      const document = new JsonDocument(text);
      expect(document.text).toBe(text);
      const same = fromYaml(document, toYaml(document));
      expect("document" in same ? same.document.text : same.problems).toBe(text);
    }
  });

  it("takes a comment of each state, and nothing outside of it changes", () => {
    let edits = 0;
    for (const text of texts) {
      const document = new JsonDocument(text);
      for (const { path } of statesOf(graphOf(document.value()))) {
        if (document.node(path)?.type !== "object") continue;
        const comment = [...path, "Comment"];
        const had = document.node(comment);
        const edited = set(document, comment, "Said by nobody else");
        expect(edited.value(comment)).toBe("Said by nobody else");
        if (had) {
          const { from, to } = document.range(comment);
          expect(edited.text.slice(0, from)).toBe(text.slice(0, from));
          expect(edited.text.endsWith(text.slice(to))).toBe(true);
        } else {
          expect(unchanged(text, edited.text)).toBe(text.length);
          const back = remove(edited, comment);
          expect(back.text).toBe(text);
        }
        edits++;
      }
    }
    expect(edits).toBeGreaterThan(texts.length / 2);
  });

  it("has a layout with all of its states", async () => {
    const elk = new Elk();
    for (const text of texts) {
      const graph = graphOf(JSON.parse(text));
      const layout = await layoutOf(graph, elk);
      for (const { id } of statesOf(graph)) expect(layout.boxes.has(id)).toBe(true);
    }
  }, 120_000);
});
