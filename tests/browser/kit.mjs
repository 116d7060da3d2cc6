// What the stories of the browser share: the browser, steps that are told, pictures, and what no page may do.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const packages = createRequire(new URL("../../host/console/package.json", import.meta.url));
const { chromium } = packages("playwright-core");
const AXE = packages.resolve("axe-core/axe.min.js");

/** Longest wait for anything on a page, in milliseconds. */
const PATIENCE = 60_000;

/** Debian's, or the one that is named. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Where the host is, and where pictures go. */
export const [, , HOST, PICTURES] = process.argv;

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

/** Says that a step went well. The suite counts these lines. */
export function ok(what) {
  console.log(`ok: ${what}`);
}

/** Ends the story unless something is true. */
export function must(what, is, shown = "") {
  if (!is) throw new Error(`${what}${shown === "" ? "" : `: ${shown}`}`);
  ok(what);
}

/** Runs a story in a browser, and ends the browser whatever comes of it. */
export async function story(run) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    await run(browser);
  } finally {
    await browser.close();
  }
}

/** A page that tells of errors, and of requests to anywhere but `root`. */
export async function open(browser, { theme = "light", size = WIDE, root = HOST } = {}) {
  const context = await browser.newContext({ colorScheme: theme, viewport: size, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    const own = url.startsWith(root) || url.startsWith("data:") || url.startsWith("blob:");
    if (!own) wrong.push(`a request to ${url}`);
  });
  return { page, wrong, close: () => context.close() };
}

/** Keeps a picture of a page, for people to look at. */
export async function picture(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** What axe-core finds that is serious or worse. */
export async function seriousProblems(page) {
  // Evaluated through the debugger: the page's own policy lets no script in.
  await page.evaluate(readFileSync(AXE, "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run(document));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} (${node.any[0]?.message ?? node.failureSummary})`).join("; ")}`);
}

/** What the kit's own calls say of who they are, on a host that wants to know. */
const KNOWN = process.env.DIRIGENT_TOKEN ? { Authorization: `Bearer ${process.env.DIRIGENT_TOKEN}` } : {};

async function answer(response) {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

/** Calls one of AWS's actions. */
export async function aws(action, parameters) {
  const headers = { ...KNOWN, "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": `AWSStepFunctions.${action}` };
  return answer(await fetch(`${HOST}/`, { method: "POST", headers, body: JSON.stringify(parameters) }));
}

/** Creates a Standard state machine, and gives its ARN. */
export async function machine(name, definition) {
  const parameters = { name, roleArn: "arn:aws:iam::000000000000:role/any", definition: JSON.stringify(definition, null, 2) };
  return (await aws("CreateStateMachine", parameters)).stateMachineArn;
}

/** Starts an execution, waits for its end if that comes soon, and gives its ARN. */
export async function run(stateMachineArn, name, input, wait = "20s") {
  const headers = { ...KNOWN, "Content-Type": "application/json" };
  const body = JSON.stringify({ stateMachineArn, name, input });
  const started = await fetch(`${HOST}/api/executions?wait=${wait}`, { method: "POST", headers, body });
  return (await answer(started)).executionArn;
}

/** The address of an execution's page. */
export function executionPage(arn, query = "") {
  return `executions/${encodeURIComponent(arn)}${query}`;
}
