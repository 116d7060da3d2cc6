// Every view, in light and dark, wide and narrow: it shows what it is to show, axe-core finds nothing serious, nothing goes
// wrong on it, and it asks nobody but the host. So too behind a proxy that serves the host below a path.
import { gzipSync } from "node:zlib";
import { belowAPath } from "./below.mjs";
import { aws, executionPage, HOST, machine, must, NARROW, ok, open, picture, run, seriousProblems, story, WIDE } from "./kit.mjs";
import { order, place } from "./orders.mjs";

const PREFIX = "/deep/dirigent/";

/** Bytes that a first view may load, compressed: 1 MiB. */
const FIRST_VIEW = 1024 * 1024;

/** A Map Run with a child that fails, and one that may. */
const DISTRIBUTED = {
  StartAt: "Check all",
  States: {
    "Check all": {
      Type: "Map",
      Label: "All",
      ItemsPath: "$.items",
      ToleratedFailurePercentage: 50,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Is it three?",
        States: {
          "Is it three?": {
            Type: "Choice",
            Choices: [{ Variable: "$", NumericEquals: 3, Next: "Refuse" }],
            Default: "Take",
          },
          Refuse: { Type: "Fail", Error: "Item.Refused", Cause: "three is refused" },
          Take: { Type: "Pass", End: true },
        },
      },
      End: true,
    },
  },
};

const WAITS = { StartAt: "Wait", States: { Wait: { Type: "Wait", Seconds: 3_600, End: true } } };

/** Names that a card shows whole, on one line or on two, and one that none can. */
const NAMES = ["Charge the card of the customer", "Charge the card of the customer who has ordered", "Every word ".repeat(7)];
const NAMED = {
  StartAt: NAMES[0],
  States: Object.fromEntries(
    NAMES.map((name, at) => [name.trim(), { Type: "Pass", ...(NAMES[at + 1] ? { Next: NAMES[at + 1].trim() } : { End: true }) }]),
  ),
};

/** All that was found on any view: one look shows the whole of it. */
const problems = [];

await story(async (browser) => {
  const views = await prepare();
  for (const [form, size] of [["wide", WIDE], ["narrow", NARROW]]) {
    for (const theme of ["light", "dark"]) {
      for (const view of views) await look(browser, view, { theme, size, form });
    }
  }
  await firstView(browser, views);
  await names(browser);
  await failing(browser);
  await keyboard(browser, views);
  await behindAPrefix(browser, views);
  if (problems.length > 0) throw new Error(`${problems.length} problems:\n${problems.join("\n")}`);
});

/** What there is to look at: the name of a picture, the address, and what must be seen. */
async function prepare() {
  const orders = await place("orders");
  const busy = await run(orders.arn, "busy", order(20, "tok_visa_4242_unavailable-2"));
  const distributed = await machine("distributed", DISTRIBUTED);
  const parent = await run(distributed, "all", { items: [...Array(20).keys()] });
  const { mapRuns } = await aws("ListMapRuns", { executionArn: parent });
  const named = `machines/${encodeURIComponent(await machine("named", NAMED))}?view=graph`;
  const waits = await machine("waits", WAITS);
  const waiting = await run(waits, "waiting", {}, "100ms");
  await aws("PublishStateMachineVersion", { stateMachineArn: orders.arn, description: "The first" });
  await aws("CreateStateMachineAlias", {
    name: "live",
    routingConfiguration: [{ stateMachineVersionArn: `${orders.arn}:1`, weight: 100 }],
  });
  const failed = orders.arns.get(7);
  const paid = orders.arns.get(1);
  const machinePage = `machines/${encodeURIComponent(orders.arn)}`;
  return [
    { name: "executions", path: "executions", seen: "order-7" },
    { name: "executions-aborted", path: "executions?status=ABORTED", seen: "No execution fits the filter" },
    { name: "executions-running", path: "executions?status=RUNNING", seen: "waiting" },
    { name: "execution-failed", path: executionPage(failed), seen: "The execution failed at" },
    { name: "execution-paid", path: executionPage(paid), seen: "Receive order" },
    { name: "execution-running", path: executionPage(waiting), seen: "Stop…" },
    { name: "execution-table", path: executionPage(busy, "?view=table&state=Charge+the+card"), seen: "Timeline" },
    { name: "execution-events", path: executionPage(busy, "?view=events&event=5"), seen: "TaskScheduled" },
    { name: "machines", path: "machines", seen: "orders" },
    { name: "machine", path: machinePage, seen: "95 % within" },
    { name: "machine-graph", path: `${machinePage}?view=graph`, seen: "Charge the card" },
    { name: "graph-of-names", path: named, seen: NAMES[0] },
    { name: "machine-definition", path: `${machinePage}?view=definition`, seen: "plugin:charge-payment" },
    { name: "machine-versions", path: `${machinePage}?view=versions`, seen: `${orders.arn}:1` },
    { name: "machine-aliases", path: `${machinePage}?view=aliases`, seen: "version 1: 100 %" },
    { name: "map-run", path: `map-runs/${encodeURIComponent(mapRuns[0].mapRunArn)}`, seen: "20 of 20" },
    { name: "plugins", path: "plugins", seen: "charge-payment" },
    { name: "plugin", path: "plugins/charge-payment%401.0.0", seen: "It asks for nothing, so nothing is granted." },
    { name: "nowhere", path: "no/such/page", seen: "There is no such page" },
  ];
}

async function look(browser, view, { theme, size, form }) {
  const { page, wrong, close } = await open(browser, { theme, size });
  await page.goto(`${HOST}/${view.path}`);
  await page.getByText(view.seen).first().waitFor();
  await page.waitForLoadState("load");
  const graph = page.locator(".g-canvas");
  if (await graph.count()) await graph.locator(".react-flow__node").first().waitFor();
  const editors = page.locator(".code pre");
  await editors.first().waitFor({ state: "detached" });
  await picture(page, `${view.name}-${form}-${theme}`);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const hidden = await page.locator('.tab[data-state="active"], .segments [aria-pressed="true"]').evaluateAll((all) =>
    all
      .filter((one) => {
        const [inner, outer] = [one.getBoundingClientRect(), one.parentElement.getBoundingClientRect()];
        return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1;
      })
      .map((one) => `${one.innerText} is chosen, and cut`),
  );
  const found = [
    ...hidden,
    ...(await seriousProblems(page)),
    ...(sideways > 0 ? [`it is ${sideways} pixels too wide`] : []),
    ...wrong,
  ];
  const what = `${view.name}, ${form}, ${theme}`;
  if (found.length === 0) ok(`${what}: nothing is wrong, and axe finds nothing serious`);
  else problems.push(...found.map((one) => `${what}: ${one}`));
  await close();
}

/** What the first view of the console loads, compressed as a proxy in front of the host would. */
async function firstView(browser, views) {
  for (const name of ["executions", "execution-failed"]) {
    const view = views.find((one) => one.name === name);
    const { page, close } = await open(browser);
    const loaded = [];
    let last = Date.now();
    page.on("response", (response) => {
      last = Date.now();
      if (response.url().includes("/assets/")) loaded.push(response.body().then((body) => gzipSync(body).length));
    });
    await page.goto(`${HOST}/${view.path}`);
    await page.getByText(view.seen).first().waitFor();
    // Never idle: the stream of events stays open. So nothing else is to come for a second, within half a minute.
    for (let waits = 0; waits < 300 && Date.now() - last < 1_000; waits++) await page.waitForTimeout(100);
    const bytes = (await Promise.all(loaded)).reduce((sum, one) => sum + one, 0);
    must(`${name} loads ${Math.ceil(bytes / 1024)} KiB`, loaded.length > 0 && bytes <= FIRST_VIEW);
    await close();
  }
}

/** A card is as wide and as high as its name needs, up to a bound; a name that is cut is told whole by its tooltip. */
async function names(browser) {
  const { page, close } = await open(browser);
  const { stateMachines } = await aws("ListStateMachines", {});
  const { stateMachineArn } = stateMachines.find(({ name }) => name === "named");
  await page.goto(`${HOST}/machines/${encodeURIComponent(stateMachineArn)}?view=graph`);
  await page.locator(".g-name").nth(2).waitFor();
  const cards = await page.locator(".g-name").evaluateAll((all) =>
    all.map((one) => ({
      title: one.title,
      lines: Math.round(one.clientHeight / Number.parseFloat(getComputedStyle(one).lineHeight)),
      cut: one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth,
    })),
  );
  const expected = NAMES.map((name, at) => ({ title: name.trim(), lines: at === 0 ? 1 : 2, cut: at === 2 }));
  must("names are shown whole on two lines at most", JSON.stringify(cards) === JSON.stringify(expected), JSON.stringify(cards));
  await close();
}

/** A list that cannot be read says why, and is there when it is tried again. */
async function failing(browser) {
  const lists = [
    ["executions", "executions?", "order-7"],
    ["plugins", "plugins", "charge-payment"],
  ];
  for (const [path, asked, seen] of lists) {
    const { page, close } = await open(browser);
    const refused = (url) => url.href.includes(`/api/${asked}`);
    await page.route(refused, (route) => route.fulfill({ status: 503, body: '{"message":"The host is busy"}' }));
    await page.goto(`${HOST}/${path}`);
    await page.getByRole("alert").getByText("The host is busy").waitFor();
    must(`${path} that cannot be read show no empty table`, (await page.locator("table, .empty").count()) === 0);
    await page.unroute(refused);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText(seen).first().waitFor();
    must(`${path} are there when it is tried again`, (await page.getByRole("alert").count()) === 0);
    await close();
  }
}

/** The views of an execution are used with the keyboard alone. */
async function keyboard(browser, views) {
  const view = views.find((one) => one.name === "execution-events");
  const { page, close } = await open(browser);
  await page.goto(`${HOST}/${view.path}`);
  const selected = page.locator('[role="row"][aria-selected="true"]');
  await selected.waitFor();
  await selected.focus();
  await page.keyboard.press("ArrowDown");
  await page.locator('[data-index="5"][aria-selected="true"]').waitFor();
  await page.keyboard.press("End");
  await page.getByRole("complementary").getByRole("heading", { name: "ExecutionSucceeded" }).waitFor();
  ok("arrow keys and End move through the events");
  await page.getByRole("tab", { name: "Graph" }).focus();
  await page.keyboard.press("Enter");
  const card = page.locator('[data-id="/States/Pack"]');
  await card.waitFor();
  await card.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("complementary").getByRole("heading", { name: "Pack", exact: true }).waitFor();
  ok("Enter selects a state of the graph");
  await close();
}

/** The same pages, where a proxy has the host below a path. */
async function behindAPrefix(browser, views) {
  const { root, close: stop } = await belowAPath(HOST, PREFIX);
  for (const name of ["executions", "execution-failed", "machine-graph", "plugin"]) {
    const view = views.find((one) => one.name === name);
    const { page, wrong, close } = await open(browser, { root });
    await page.goto(root + view.path);
    await page.getByText(view.seen).first().waitFor();
    await page.getByRole("link", { name: "State machines" }).first().click();
    await page.getByRole("link", { name: "distributed" }).click();
    await page.getByRole("heading", { name: "distributed" }).waitFor();
    must(`${name} works below a path`, wrong.length === 0 && page.url().startsWith(root), wrong.join("\n"));
    await close();
  }
  stop();
}
