// The story of the Studio: a workflow is built from an empty canvas by drag and drop, saved, run, and watched to its end;
// then one that was written elsewhere is edited by the keyboard, as code and as YAML, and nothing else of it changes.
import { aws, HOST, must, NARROW, ok, open, picture, seriousProblems, story } from "./kit.mjs";

const INPUT = { items: [{ go: true }, { go: false }, { go: false }] };
const card = (id) => `.react-flow__node[data-id="${id}"]`;

/** Waits until the graph is the newest one, and stands still. */
async function still(page) {
  await page.locator('.g-canvas[aria-busy="false"]').waitFor();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))));
}

/** Drags something to a place, which may come to be as the drag begins. */
async function dragTo(page, what, place) {
  await still(page);
  await page.locator(what).hover();
  await page.mouse.down();
  const { x, y } = await page.locator(".design-canvas").boundingBox();
  await page.mouse.move(x + 5, y + 5, { steps: 3 });
  await page.locator(place).hover();
  await page.mouse.up();
}

/** Drags something of the palette to a place, and waits until the state is in the graph. */
async function drag(page, template, place, state) {
  await dragTo(page, `[data-template="${template}"]`, place);
  await page.locator(card(state)).waitFor();
  ok(`${template} is dropped, and becomes ${state}`);
}

const onEdge = (id) => `.spot-edge[data-place="${id}"]`;
const onState = (id) => `.spot-state[data-place="${id}"]`;
const inRegion = (id) => `.spot-region[data-place="${id}"]`;
const field = (page, name) => page.locator(`[data-field="${name}"]`).locator("input, textarea, select");

async function noneSerious(page, where) {
  const found = await seriousProblems(page);
  must(`axe finds nothing serious: ${where}`, found.length === 0, found.join("\n"));
}

async function build(page) {
  await page.goto(`${HOST}/studio`);
  await page.locator(inRegion("")).waitFor();
  await picture(page, "studio-1-empty");
  await noneSerious(page, "the empty canvas");
  await drag(page, "plugin:echo", inRegion(""), "/States/Echo");
  await drag(page, "flow:Wait", onEdge("/States/Echo/End"), "/States/Wait");
  await field(page, "Seconds").fill("1");
  await drag(page, "flow:Map", onEdge("/States/Wait/End"), "/States/Map");
  await field(page, "ItemsPath").fill("$.items");
  await drag(page, "flow:Pass", inRegion("/States/Map/ItemProcessor"), "/States/Map/ItemProcessor/States/Pass");
  await drag(page, "flow:Choice", onEdge("/States/Map/End"), "/States/Choice");
  await drag(page, "flow:Parallel", onState("/States/Choice"), "/States/Parallel");
  await drag(page, "plugin:echo", inRegion("/States/Parallel/Branches/0"), "/States/Parallel/Branches/0/States/Echo 2");
  await drag(page, "flow:Pass", inRegion("/States/Parallel/Branches/1"), "/States/Parallel/Branches/1/States/Pass 2");
  await drag(page, "flow:Fail", onState("/States/Echo"), "/States/Fail");
  await page.getByText("No problems").waitFor();
  ok("the host's compiler finds nothing wrong");

  await dragTo(page, card("/States/Wait"), onEdge("/StartAt"));
  await page.locator('.g-canvas[aria-busy="false"]').waitFor();
  await page.locator(onEdge("/States/Wait/Next")).waitFor();
  const boxes = await Promise.all(["Wait", "Echo"].map((name) => page.locator(card(`/States/${name}`)).boundingBox()));
  must("a state that is dragged to another transition stands there", boxes[0].y < boxes[1].y);
  await page.getByRole("button", { name: "Undo" }).click();

  await page.locator(card("/States/Choice")).click();
  await field(page, "Variable").fill("$[0].go");
  await page.locator('.g-label:has-text("$[0].go = true")').waitFor();
  ok("a rule is written in its form, and is in the graph at once");
  await page.locator(card("/States/Echo")).click();
  await page.getByRole("tab", { name: /Errors/ }).click();
  await page.getByRole("button", { name: "Add a retrier" }).click();
  await field(page, "MaxAttempts").fill("2");
  must("the catcher that was dropped is there", await page.getByRole("combobox", { name: "Next state of catcher 1" }).inputValue() === "Fail");
  await picture(page, "studio-2-built");
  await noneSerious(page, "errors of a state");
  await page.getByRole("tab", { name: "Data" }).click();
  await noneSerious(page, "data of a state");
}

async function test(page) {
  await page.locator(card("/States/Map/ItemProcessor/States/Pass")).click();
  await page.getByRole("tab", { name: "Data" }).click();
  await field(page, "Parameters").fill('{"asked.$": "$.go"}');
  await field(page, "ResultPath").fill("$.seen");
  await page.getByRole("tab", { name: "Test" }).click();
  await page.getByRole("textbox", { name: "Input", exact: true }).fill('{"go": true}');
  await page.getByRole("button", { name: "Test state" }).click();
  await page.getByText("Succeeded").waitFor();
  const stage = page.locator("li", { hasText: "After ResultPath" }).locator("pre");
  must("the playground shows a stage of the data flow", /"seen"[\s\S]*"asked": true/.test(await stage.innerText()), await stage.innerText());
  await page.getByRole("textbox", { name: "Try JSONPath on the input" }).fill("$.go");
  await page.getByRole("button", { name: "Evaluate" }).click();
  await page.locator("li", { hasText: "Output" }).locator("pre", { hasText: /^true$/ }).waitFor();
  ok("the playground evaluates a path on a payload");
  await picture(page, "studio-3-tested");
  await noneSerious(page, "the playground");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
}

async function saveAndRun(page) {
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("built-by-hand");
  await dialog.getByRole("checkbox", { name: "Publish a version" }).check();
  await dialog.getByRole("textbox", { name: "Alias that names it from now on" }).fill("live");
  await picture(page, "studio-4-save");
  await noneSerious(page, "the dialog");
  await dialog.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  const arn = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1));
  const { routingConfiguration } = await aws("DescribeStateMachineAlias", { stateMachineAliasArn: `${arn}:live` });
  must("the alias names the version that was published", routingConfiguration[0].stateMachineVersionArn === `${arn}:1`);
  const { States } = JSON.parse((await aws("DescribeStateMachine", { stateMachineArn: arn })).definition);
  const types = Object.values(States).map((state) => state.Type);
  must("what is saved is what was built", ["Task", "Choice", "Parallel", "Map"].every((type) => types.includes(type)) && States.Echo.Retry && States.Echo.Catch, JSON.stringify(States));

  await page.getByRole("button", { name: "Run", exact: true }).click();
  await dialog.getByRole("textbox", { name: "Input" }).fill(JSON.stringify(INPUT));
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await page.locator(`${card("/States/Wait")} .g-running`).waitFor();
  ok("the execution is seen while it runs");
  await page.locator(`${card("/States/Done")} .g-succeeded, ${card("/States/Parallel")} .g-succeeded`).first().waitFor();
  await page.locator("header").getByText("Succeeded").waitFor();
  must("it went the way of the rule", (await page.locator(`${card("/States/Parallel")} .g-succeeded`).count()) === 1);
  await picture(page, "studio-5-run");
}

const YAML = "StartAt: Only\nStates:\n  Only:\n    Type: Succeed\n";

/** Out as files of every kind, and in again as YAML. */
async function files(page) {
  await page.goto(`${HOST}/studio`);
  await page.getByLabel("A definition to import").setInputFiles({ name: "w.yaml", mimeType: "text/yaml", buffer: Buffer.from(YAML) });
  await page.locator(card("/States/Only")).waitFor();
  ok("a file in YAML is imported");
  const marks = { JSON: '"Only"', YAML: "Only:", SVG: ">Only</text>", PNG: "PNG" };
  for (const [format, mark] of Object.entries(marks)) {
    await page.getByRole("button", { name: "More", exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: `Export as ${format}` }).click(),
    ]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("latin1");
    must(`it is exported as ${format}`, text.includes(mark) && download.suggestedFilename().endsWith(format.toLowerCase()), text.slice(0, 200));
  }
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Begin anew" }).click();
  await page.locator(inRegion("")).waitFor();
}

/** As somebody else's tools write it: two indentations, and numbers in forms of their own. */
const FOREIGN = `{ "StartAt":"First",
   "States" : {
      "First": {"Type":"Wait", "Seconds":1.0e0,   "Next":"Second"},
      "Second": {
            "Type": "Pass", "Result": [1.50, 100000000000000000001],
            "End": true }
   }
}
`;

async function edit(page) {
  const parameters = { name: "foreign", roleArn: "arn:aws:iam::000000000000:role/any", definition: FOREIGN };
  const { stateMachineArn } = await aws("CreateStateMachine", parameters);
  const definition = async () => (await aws("DescribeStateMachine", { stateMachineArn })).definition;
  await page.goto(`${HOST}/studio/${encodeURIComponent(stateMachineArn)}`);
  await page.locator(card("/States/Second")).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  await page.locator(`${card("/States/First")} .g-selected`).waitFor();
  ok("the arrow keys lead through the graph");
  await page.keyboard.press("a");
  await page.keyboard.type("wait");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.locator(card("/States/Wait")).waitFor();
  ok("the keyboard puts a state behind the selected one");
  await page.locator(card("/States/Wait")).focus();
  await page.keyboard.press("Delete");
  await page.locator(card("/States/Wait")).waitFor({ state: "detached" });
  await page.keyboard.press("Control+z");
  await page.locator(card("/States/Wait")).waitFor();
  await page.keyboard.press("Control+z");
  await page.locator(card("/States/Wait")).waitFor({ state: "detached" });
  await page.locator(card("/States/First")).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Control+v");
  await page.locator(card("/States/First 2")).waitFor();
  ok("a copy is pasted behind the selected state");
  await page.keyboard.press("Control+z");
  await page.locator(card("/States/First 2")).waitFor({ state: "detached" });
  await page.getByText("Saved", { exact: true }).waitFor();
  ok("undone, it is byte for byte what is saved");

  await page.locator(card("/States/Second")).focus();
  await page.keyboard.press("Enter");
  await field(page, "Comment").last().fill("seen");
  await page.getByRole("button", { name: "Code", exact: true }).click();
  await page.locator(".cm-content").waitFor();
  await picture(page, "studio-6-code");
  await noneSerious(page, "code");
  await page.getByRole("button", { name: "YAML" }).click();
  const yaml = page.getByRole("textbox", { name: "Definition in YAML" });
  await yaml.waitFor();
  await yaml.getByText("First", { exact: true }).first().click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("Comment: of all\n");
  await page.getByRole("button", { name: "JSON", exact: true }).click();
  await page.getByText('"of all"').waitFor();
  ok("what is written in YAML is in the JSON");
  await page.keyboard.press("Control+s");
  await page.getByRole("dialog").getByRole("button", { name: "Show what changes" }).click();
  await page.locator(".cm-changedText, .cm-changedLine").first().waitFor();
  await picture(page, "studio-7-diff");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+s");
  await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  const expected = FOREIGN.replace('"StartAt"', '"Comment":"of all",\n   "StartAt"').replace('"Type": "Pass"', '"Comment": "seen", "Type": "Pass"');
  const now = await definition();
  must("every byte outside of the two edits is what it was", now === expected, now);

  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("}");
  await page.getByText("1 error").waitFor();
  await page.locator(".cm-lintRange-error, .cm-lint-marker-error").first().waitFor();
  ok("what is no JSON is told at its place");
  await page.keyboard.press("Control+z");
  await page.getByText("No problems").waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  ok("undone, it is what was saved");
  await page.getByRole("button", { name: "Config", exact: true }).click();
  await page.getByRole("heading", { name: "Tags" }).waitFor();
  await picture(page, "studio-8-config");
  await noneSerious(page, "config");
}

/** Every view in the other theme and on a narrow page. */
async function looks(browser, arn) {
  for (const [theme, size, name] of [
    ["dark", undefined, "dark"],
    ["light", NARROW, "narrow"],
    ["dark", NARROW, "dark-narrow"],
  ]) {
    const { page, wrong, close } = await open(browser, { theme, ...(size ? { size } : {}) });
    for (const mode of ["design", "code", "config"]) {
      await page.goto(`${HOST}/studio/${encodeURIComponent(arn)}?mode=${mode}`);
      await page.getByRole("button", { name: "Config", exact: true }).waitFor();
      await page.locator(mode === "config" ? ".config-form" : mode === "code" ? ".cm-content" : card("/States/Echo")).waitFor();
      await page.getByText("No problems").waitFor({ state: "attached" });
      await picture(page, `studio-${mode}-${name}`);
      await noneSerious(page, `${mode}, ${name}`);
    }
    await page.goto(`${HOST}/studio/${encodeURIComponent(arn)}`);
    await page.locator(card("/States/Choice")).click();
    await page.getByRole("tab", { name: "Settings" }).waitFor();
    await picture(page, `studio-selected-${name}`);
    await noneSerious(page, `a state's forms, ${name}`);
    must(`nothing goes wrong on the pages: ${name}`, wrong.length === 0, wrong.join("\n"));
    await close();
  }
}

await story(async (browser) => {
  const { page, wrong } = await open(browser);
  await build(page);
  await test(page);
  await saveAndRun(page);
  await files(page);
  await edit(page);
  must("nothing went wrong on the page", wrong.length === 0, wrong.join("\n"));
  await looks(browser, "arn:aws:states:us-east-1:000000000000:stateMachine:built-by-hand");
});
