// What is done by hand besides redriving a failed order: starting, with inputs used before; stopping and redriving many; going on
// with a mended definition; exporting; lists that show what happens without being read again; the theme.
import { readFileSync } from "node:fs";
import { DECLINED, GOOD, order } from "./orders.mjs";
import { aws, executionPage, HOST, machine, must, ok, open, picture, run, seriousProblems, story } from "./kit.mjs";

const WAITS = { StartAt: "Wait", States: { Wait: { Type: "Wait", Seconds: 3_600, Next: "Fail" }, Fail: { Type: "Fail", Error: "Too.Late" } } };
const BROKEN = { StartAt: "Call", States: { Call: { Type: "Task", Resource: "plugin:ecko", End: true } } };
const MENDED = { StartAt: "Call", States: { Call: { Type: "Task", Resource: "plugin:echo", End: true } } };

/** Charges each item, and goes on where a card is declined. */
const CHARGES = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      ItemsPath: "$.items",
      ItemProcessor: {
        StartAt: "Charge",
        States: {
          Charge: {
            Type: "Task",
            Resource: "plugin:charge-payment",
            Catch: [{ ErrorEquals: ["Payment.Declined"], Next: "Note it" }],
            End: true,
          },
          "Note it": { Type: "Pass", End: true },
        },
      },
      End: true,
    },
  },
};

/** A number that a double cannot hold: it must arrive as it was written. */
const LARGE = "12345678901234567890";

await story(async (browser) => {
  const { page, wrong } = await open(browser);
  await starting(page);
  await many(page);
  await failedItems(page);
  await mended(page);
  await exporting(page);
  await theme(page);
  must("nothing goes wrong on the way", wrong.length === 0, wrong.join("\n"));
});

async function starting(page) {
  const echo = await machine("echo", MENDED);
  await page.goto(`${HOST}/machines/${encodeURIComponent(echo)}`);
  await fillAndStart(page, "Start execution…", `{"n":${LARGE}}`);
  await page.locator("header").getByText("Succeeded").waitFor();
  const panel = page.getByRole("complementary");
  await panel.getByText(LARGE).first().waitFor();
  ok("an execution is started with an input, whose numbers stay as they are");

  await page.getByRole("button", { name: "Start again…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Input" }).getByText(LARGE).waitFor();
  ok("it is started again with the same input");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });

  await page.goto(`${HOST}/machines`);
  await page.getByRole("button", { name: "Start echo" }).click();
  const used = dialog.getByRole("combobox", { name: "Inputs used before" });
  await used.waitFor();
  must("inputs used before are offered", (await used.innerText()).includes(LARGE), await used.innerText());
  await used.selectOption({ index: 1 });
  await picture(page, "actions-start");
  await nothingSerious(page, "the dialog for starting");
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await page.locator("header").getByText("Succeeded").waitFor();
  ok("and one is taken");
}

async function nothingSerious(page, what) {
  const problems = await seriousProblems(page);
  must(`axe finds nothing serious in ${what}`, problems.length === 0, problems.join("\n"));
}

async function fillAndStart(page, button, input) {
  await page.getByRole("button", { name: button }).click();
  const dialog = page.getByRole("dialog");
  const editor = dialog.getByRole("textbox", { name: "Input" });
  await editor.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText('{"n":');
  await dialog.getByText("This is not JSON").first().waitFor();
  must("what is no JSON cannot be sent", await dialog.getByRole("button", { name: "Start", exact: true }).isDisabled());
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(input);
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
}

async function many(page) {
  const waits = await machine("waits", WAITS);
  await page.goto(`${HOST}/executions?machine=${encodeURIComponent(waits)}`);
  await page.getByText("Live", { exact: true }).waitFor();
  for (const name of ["one", "two", "three"]) await run(waits, name, {}, "50ms");
  await page.getByRole("link", { name: "three" }).waitFor();
  ok("a list shows what begins, without being read again");
  await page.getByRole("checkbox", { name: "Choose all" }).check();
  await page.getByRole("checkbox", { name: "Choose two" }).uncheck();
  await page.getByRole("button", { name: "Stop 2…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Error (optional)" }).fill("Enough");
  await picture(page, "actions-stop");
  await nothingSerious(page, "the dialog for stopping");
  await dialog.getByRole("button", { name: "Stop 2 executions" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("row", { name: /one.*Aborted.*Enough/ }).waitFor();
  await page.getByRole("row", { name: /three.*Aborted.*Enough/ }).waitFor();
  must("those that were chosen are stopped, and no other", (await page.getByText("Running", { exact: true }).count()) === 2);
  await page.getByRole("checkbox", { name: "Choose one" }).check();
  await page.getByRole("checkbox", { name: "Choose three" }).check();
  await page.getByRole("button", { name: "Redrive 2…" }).click();
  await dialog.getByRole("button", { name: "Redrive", exact: true }).click();
  await page.getByRole("row", { name: /one.*redriven 1 ×.*Running/ }).waitFor();
  await page.getByRole("row", { name: /three.*redriven 1 ×.*Running/ }).waitFor();
  ok("many are redriven");
  await page.getByRole("link", { name: "two" }).click();
  await page.getByRole("button", { name: "Stop…" }).click();
  await dialog.getByRole("button", { name: "Stop the execution" }).click();
  await page.getByText("The execution was stopped").waitFor();
  ok("one is stopped on its page, which shows it");
}

async function failedItems(page) {
  const charges = await machine("charges", CHARGES);
  const items = [...Array(20).keys()].map((number) => order(number, number < 17 ? GOOD : DECLINED));
  const arn = await run(charges, "items", { items });
  await page.goto(`${HOST}/${executionPage(arn, "?state=Each")}`);
  const panel = page.getByRole("complementary");
  await panel.getByText("20 items: 20 succeeded, 0 failed").waitFor();
  ok("a Map says what became of its items");
  await page.locator('[data-id="/States/Each/ItemProcessor/States/Charge"]').click();
  await panel.getByRole("heading", { name: "Charge", exact: true }).waitFor();
  const next = panel.getByRole("button", { name: "3 failed ›" });
  for (const item of [17, 18, 19]) {
    await next.click();
    await panel.getByText(`item ${item} · ${item + 1} of 20`).waitFor();
    await panel.locator(".why").getByText("The bank declined").waitFor();
  }
  ok("of many items those that failed are found");
  await picture(page, "actions-items");
}

async function mended(page) {
  const broken = await machine("mended", BROKEN);
  const arn = await run(broken, "broken", { who: "Ada" });
  await aws("UpdateStateMachine", { stateMachineArn: broken, definition: JSON.stringify(MENDED) });
  await page.goto(`${HOST}/${executionPage(arn)}`);
  await page.getByRole("alert").getByText("Plugin.NotFound").waitFor();
  await page.getByRole("button", { name: "Redrive…" }).click();
  await page.getByRole("checkbox", { name: /newest definition/ }).check();
  await nothingSerious(page, "the dialog for redriving");
  await page.getByRole("dialog").getByRole("button", { name: "Redrive", exact: true }).click();
  await page.locator("header").getByText("Succeeded").waitFor();
  await page.getByText("revision 2").waitFor();
  await page.locator(".g-succeeded").getByText("plugin:echo").waitFor();
  ok("an execution goes on with a mended definition, and its graph is that one's");
}

async function exporting(page) {
  const file = async (item) => {
    await page.getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: item }).click(),
    ]);
    return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
  };
  const history = await file("History as JSON");
  const { events } = JSON.parse(history.content.toString());
  must("the history is exported, with its data", events.at(-1).type === "ExecutionSucceeded" && events[0].executionStartedEventDetails.input === '{"who":"Ada"}', history.name);
  const svg = await file("Graph as SVG");
  must("the graph is exported as SVG", svg.name === "broken.svg" && svg.content.toString().startsWith("<svg"), svg.name);
  const png = await file("Graph as PNG");
  must("and as PNG", png.content.subarray(1, 4).toString() === "PNG" && png.content.length > 1_000, png.name);
}

async function theme(page) {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole("button", { name: /^Theme/ }).click();
  await page.getByRole("menuitem", { name: "Dark" }).click();
  const dark = await ground();
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  must("a theme is chosen, and kept", dark !== light && (await ground()) === dark, `${light} ${dark}`);
}
