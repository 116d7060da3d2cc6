// A history of 25,000 events and a Map of 10,000 items stay usable: what is in the page does not grow with them, and the
// browser's own trace says how long a first view, scrolling and selecting take. With DIRIGENT_BROWSER_TIMES=1, on a machine that
// does nothing else, the times must be within their bounds; otherwise they are only told.
import { executionPage, HOST, machine, must, ok, open, picture, run, story } from "./kit.mjs";

const EVENTS = 25_000;
const ITEMS = 10_000;

/** Bounds, in milliseconds. */
const FIRST_PAINT = 1_000;
const FRAME = 100;

/** What marks the page's thread in a trace. */
const MARK = "dirigent-page";

/** Elements that a page may have, however long the history. */
const MOST_ELEMENTS = 3_000;

const STRICT = process.env.DIRIGENT_BROWSER_TIMES === "1";

/** Counts to a number, three states a round. */
const LOOP = {
  QueryLanguage: "JSONata",
  StartAt: "Count",
  States: {
    Count: { Type: "Pass", Output: { n: "{% $states.input.n + 1 %}", to: "{% $states.input.to %}" }, Next: "Look" },
    Look: { Type: "Pass", Next: "Enough?" },
    "Enough?": { Type: "Choice", Choices: [{ Condition: "{% $states.input.n < $states.input.to %}", Next: "Count" }], Default: "Done" },
    Done: { Type: "Succeed" },
  },
};

const MAP = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      ItemsPath: "$.items",
      ItemProcessor: { StartAt: "One", States: { One: { Type: "Pass", End: true } } },
      End: true,
    },
  },
};

await story(async (browser) => {
  const loop = await machine("loop", LOOP);
  const long = await run(loop, "long", { n: 0, to: Math.floor(EVENTS / 6) }, "120s");
  const map = await machine("map", MAP);
  const many = await run(map, "many", { items: [...Array(ITEMS).keys()] }, "120s");
  await longHistory(browser, long);
  await manyItems(browser, many);
});

async function longHistory(browser, arn) {
  const { page, wrong } = await open(browser);
  const painted = await firstPaint(page, `${HOST}/${executionPage(arn, "?view=events")}`);
  within("the first paint of a long history", painted, FIRST_PAINT);
  const list = page.getByRole("grid", { name: "Events" });
  await page.waitForFunction((least) => Number(document.querySelector('[role="grid"]')?.ariaRowCount) > least, EVENTS - 10);
  ok("all its events are there");
  const frames = await traced(browser, page, async () => {
    await list.hover();
    for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, turn < 20 ? 600 : 40_000);
    await page.locator('[role="row"][aria-selected]').nth(5).click();
    await list.focus().catch(() => undefined);
    for (let turn = 0; turn < 10; turn += 1) await page.keyboard.press("ArrowDown");
    await page.getByRole("tab", { name: "Table" }).click();
    await page.getByRole("treegrid").waitFor();
    await page.getByRole("treegrid").hover();
    for (let turn = 0; turn < 20; turn += 1) await page.mouse.wheel(0, 20_000);
    await page.getByRole("tab", { name: "Graph" }).click();
    await page.locator('[data-id="/States/Count"]').waitFor();
  });
  task("the longest task while scrolling and selecting in it", frames);
  await few(page);
  await picture(page, "large-history");
  must("nothing goes wrong with a long history", wrong.length === 0, wrong.join("\n"));
}

async function manyItems(browser, arn) {
  const { page, wrong } = await open(browser);
  const painted = await firstPaint(page, `${HOST}/${executionPage(arn, "?state=Each")}`);
  within("the first paint of a large Map", painted, FIRST_PAINT);
  await page.getByText(`${ITEMS.toLocaleString("en-US")} / ${ITEMS.toLocaleString("en-US")}`).first().waitFor();
  ok("the graph counts its items");
  await few(page);
  const frames = await traced(browser, page, async () => {
    await page.getByRole("tab", { name: "Table" }).click();
    const tree = page.getByRole("treegrid");
    await tree.waitFor();
    await tree.getByRole("button", { name: "Open" }).first().click({ force: true });
    await page.getByText("Item 3", { exact: true }).waitFor();
    await tree.hover();
    for (let turn = 0; turn < 30; turn += 1) await page.mouse.wheel(0, 10_000);
    await page.locator('[role="row"][aria-selected]').nth(5).click();
    for (let turn = 0; turn < 10; turn += 1) await page.keyboard.press("ArrowDown");
  });
  task("the longest task while unfolding, scrolling and selecting in it", frames);
  await few(page);
  await picture(page, "large-map");
  must("nothing goes wrong with a large Map", wrong.length === 0, wrong.join("\n"));
}

function within(what, ms, bound, more = "") {
  const told = `${what}: ${Math.round(ms)} ms${more}`;
  if (STRICT) must(`${told}, at most ${bound}`, ms <= bound);
  else console.log(`measured: ${told}`);
}

function task(what, { ms, worked }) {
  within(what, ms, FRAME, `, ${Math.round(worked)} ms of them at work`);
}

/** When the page first showed its content, in milliseconds from the beginning of its navigation. */
async function firstPaint(page, url) {
  await page.goto(url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN);
}

/**
 * The longest task of the page's own thread while something is done, by the browser's trace: how long it lasted, and how much of that
 * the processor worked on it, both in milliseconds. The browser has pages of its own, whose threads have the same name: ours is the one
 * with the mark.
 */
async function traced(browser, page, what) {
  await browser.startTracing(page, { categories: ["devtools.timeline", "toplevel", "blink.user_timing"] });
  await page.evaluate((mark) => performance.mark(mark), MARK);
  await what();
  const trace = JSON.parse((await browser.stopTracing()).toString());
  const mark = trace.traceEvents.find((event) => event.name === MARK && event.cat === "blink.user_timing");
  if (!mark) throw new Error("the trace has no mark of the page's thread");
  const tasks = trace.traceEvents.filter(
    (event) =>
      (event.name === "RunTask" || event.name === "ThreadControllerImpl::RunTask") &&
      event.pid === mark.pid &&
      event.tid === mark.tid,
  );
  if (tasks.length === 0) throw new Error("the trace has no tasks of the page's thread");
  const longest = tasks.reduce((most, task) => ((task.dur ?? 0) > (most.dur ?? 0) ? task : most));
  return { ms: longest.dur / 1_000, worked: (longest.tdur ?? Number.NaN) / 1_000 };
}

async function few(page) {
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  must(`the page has ${elements} elements`, elements <= MOST_ELEMENTS);
}
