import { describe, expect, it } from "vitest";
import { baseOf, type Draft, Drafts, MAX_DRAFT, MAX_DRAFTS } from "./drafts";
import { NEW } from "./machine";

/** A browser's storage, with room for so many characters. */
function shelf(room = Number.POSITIVE_INFINITY): Storage {
  const kept = new Map<string, string>();
  const used = () => [...kept].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return {
    get length() {
      return kept.size;
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    removeItem: (key: string) => void kept.delete(key),
    setItem: (key: string, value: string) => {
      kept.set(key, value);
      if (used() <= room) return;
      kept.delete(key);
      throw new Error("QuotaExceededError");
    },
  } as Storage;
}

const draft = (definition: string, at = 1): Draft => ({ definition, config: NEW, base: "b", at });
const kept = (drafts: Drafts, keys: string[]) => keys.filter((key) => drafts.get(key)).join("");

describe("drafts", () => {
  it("come back as they were kept, until they are forgotten", () => {
    const all = shelf();
    const drafts = new Drafts(all);
    expect(drafts.keep("a", draft("{}"))).toBe(true);
    expect(new Drafts(all).get("a")).toEqual(draft("{}"));
    expect(new Drafts(all, "/below/").get("a")).toBeUndefined();
    drafts.forget("a");
    expect(drafts.get("a")).toBeUndefined();
  });

  it("are bounded in number: the oldest goes", () => {
    const drafts = new Drafts(shelf());
    const keys = [..."abcdefghij"];
    for (const [at, key] of keys.entries()) drafts.keep(key, draft("{}", at));
    expect(kept(drafts, keys)).toBe(keys.slice(-MAX_DRAFTS).join(""));
  });

  it("are bounded in size, and leave no older edits behind", () => {
    const drafts = new Drafts(shelf());
    drafts.keep("a", draft("{}"));
    expect(drafts.keep("a", draft("x".repeat(MAX_DRAFT)))).toBe(false);
    expect(drafts.get("a")).toBeUndefined();
  });

  it("make room in a storage that is full", () => {
    const drafts = new Drafts(shelf(1_000));
    for (const [at, key] of [..."abc"].entries()) drafts.keep(key, draft("x".repeat(100), at));
    expect(drafts.keep("d", draft("x".repeat(400), 9))).toBe(true);
    expect(drafts.get("d")).toBeDefined();
    expect(drafts.get("a")).toBeUndefined();
    expect(drafts.keep("e", draft("x".repeat(2_000)))).toBe(false);
  });

  it.each([["null"], ["{"], ["[]"], ['{"definition":1,"base":"b","at":1,"config":{}}']])(
    "%s is none",
    (text) => {
      const all = shelf();
      all.setItem("dirigent.draft./|a", text);
      expect(new Drafts(all).get("a")).toBeUndefined();
    },
  );

  it.each([
    ["{}", NEW, true],
    ["{ }", NEW, false],
    ["{}", { ...NEW, logLevel: "ALL" }, false],
  ])("%s has another base if it is another", (definition, config, same) => {
    expect(baseOf(definition, config) === baseOf("{}", NEW)).toBe(same);
  });
});
