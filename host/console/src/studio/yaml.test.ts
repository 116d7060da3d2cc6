import { describe, expect, it } from "vitest";
import { JsonDocument } from "../definition";
import { fromYaml, toYaml } from "./yaml";

const text = '{"StartAt":  "A", "States":{"A":{"Type":"Wait","Seconds":1.0e1,"End":true}}}';

describe("YAML", () => {
  it("untouched leaves the JSON as it is", () => {
    const document = new JsonDocument(text);
    expect(fromYaml(document, toYaml(document))).toEqual({ document });
  });

  it("edited changes what was edited", () => {
    const document = new JsonDocument(text);
    const edited = fromYaml(document, toYaml(document).replace("End: true", "Next: B"));
    expect("document" in edited && edited.document.text).toBe(
      '{"StartAt":  "A", "States":{"A":{"Type":"Wait","Seconds":1.0e1,"Next":"B"}}}',
    );
  });

  it.each([["a: [1"], ["- 1"], ["a: 1\na: 2"], ["just text"]])("%j is refused", (yaml) => {
    expect(fromYaml(new JsonDocument(text), yaml)).toHaveProperty("problems");
  });
});
