// The panel of a Map and of a Parallel shows each stage of their data, in JSONPath and in JSONata, with the result that their
// iterations and branches gave.
import { executionPage, HOST, machine, must, open, picture, run, story } from "./kit.mjs";

const one = (name, state) => ({ StartAt: name, States: { [name]: { ...state, End: true } } });

/** More items than the panel puts a result together of. */
const MANY = 201;

/** What to run with which input, and the stages of `S` in the panel, each as its label and JSON. */
const CASES = [
  {
    name: "map-in-jsonpath",
    definition: one("S", {
      Type: "Map",
      InputPath: "$.order",
      ItemsPath: "$.items",
      ItemSelector: { "sku.$": "$$.Map.Item.Value", "of.$": "$$.Execution.Name" },
      ItemProcessor: one("One", { Type: "Pass", OutputPath: "$.sku" }),
      ResultSelector: { "all.$": "$" },
      ResultPath: "$.done",
      OutputPath: "$.done.all",
    }),
    input: { order: { items: ["a", "b"] } },
    stages: [
      ["Input", { order: { items: ["a", "b"] } }],
      ["After InputPath", { items: ["a", "b"] }],
      ["After ItemsPath", ["a", "b"]],
      ["After ItemSelector", ["a", "b"].map((sku) => ({ sku, of: "run" }))],
      ["Result", ["a", "b"]],
      ["After ResultSelector", { all: ["a", "b"] }],
      ["After ResultPath", { order: { items: ["a", "b"] }, done: { all: ["a", "b"] } }],
      ["Output", ["a", "b"]],
    ],
  },
  {
    name: "map-in-jsonata",
    definition: {
      QueryLanguage: "JSONata",
      ...one("S", {
        Type: "Map",
        Items: "{% $states.input.n %}",
        ItemProcessor: one("One", { Type: "Pass", Output: "{% $states.input * 2 %}" }),
        Assign: { sum: "{% $sum($states.result) %}" },
        Output: "{% $count($states.result) %}",
      }),
    },
    input: { n: [1, 2, 3] },
    stages: [
      ["Input", { n: [1, 2, 3] }],
      ["After Items", [1, 2, 3]],
      ["Result", [2, 4, 6]],
      ["Assigned $sum", 12],
      ["Output", 3],
    ],
  },
  {
    name: "parallel-in-jsonpath",
    definition: one("S", {
      Type: "Parallel",
      Parameters: { "n.$": "$.n" },
      Branches: [
        { StartAt: "A", States: { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Result: "b", End: true } } },
        one("C", { Type: "Pass", Result: "c" }),
      ],
      ResultSelector: { "second.$": "$[1]" },
      ResultPath: "$.r",
    }),
    input: { n: 1, m: 2 },
    stages: [
      ["Input", { n: 1, m: 2 }],
      ["After Parameters", { n: 1 }],
      ["Result", ["b", "c"]],
      ["After ResultSelector", { second: "c" }],
      ["After ResultPath", { n: 1, m: 2, r: { second: "c" } }],
      ["Output", { n: 1, m: 2, r: { second: "c" } }],
    ],
  },
  {
    name: "parallel-in-jsonata",
    definition: {
      QueryLanguage: "JSONata",
      ...one("S", {
        Type: "Parallel",
        Arguments: { m: "{% $states.input.n + 1 %}" },
        Branches: [one("A", { Type: "Pass" })],
        Output: "{% $states.result[0].m %}",
      }),
    },
    input: { n: 1 },
    stages: [
      ["Input", { n: 1 }],
      ["After Arguments", { m: 2 }],
      ["Result", [{ m: 2 }]],
      ["Output", 2],
    ],
  },
  {
    name: "map-of-many",
    definition: one("S", { Type: "Map", ItemsPath: "$.n", ItemProcessor: one("One", { Type: "Pass" }), ResultPath: null }),
    input: { n: Array(MANY).fill(0) },
    stages: [
      ["Input", undefined],
      ["After ItemsPath", undefined],
      ["Output", undefined],
    ],
    says: `What ${MANY} iterations gave is not put together here`,
  },
];

await story(async (browser) => {
  const { page, wrong } = await open(browser);
  for (const { name, definition, input, stages, says } of CASES) {
    const arn = await run(await machine(name, definition), "run", input);
    await page.goto(`${HOST}/${executionPage(arn, "?state=S")}`);
    const data = page.locator(".data");
    await data.getByText(says ?? "are worked out again by the host").waitFor();
    const labels = await data.locator("section").evaluateAll((all) => all.map((one) => one.ariaLabel));
    const expected = stages.map(([label]) => label);
    must(`${name} has its stages`, labels.join() === expected.join(), labels.join());
    for (const [label, value] of stages.filter(([, value]) => value !== undefined)) {
      const text = await data.locator(`section[aria-label="${label}"] .cm-content`).innerText();
      must(`${name}: ${label}`, JSON.stringify(JSON.parse(text)) === JSON.stringify(value), text);
    }
    await picture(page, `data-${name}`);
  }
  must("nothing goes wrong on the page", wrong.length === 0, wrong.join("\n"));
});
