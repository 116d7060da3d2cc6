// A host that wants to know who asks: signing in and going on to where one was, what a role may not do, a session that ends while
// somebody is at work, signing out; all of it once more behind a path, and with a picture of each.
import { belowAPath } from "./below.mjs";
import { aws, executionPage, HOST, machine, must, ok, open, picture, run, seriousProblems, story } from "./kit.mjs";

/** The tokens of the roles, as the suite gives them to the host. The kit's own calls are an admin's. */
const { DIRIGENT_READER: READER, DIRIGENT_TOKEN: ADMIN } = process.env;

/** It waits, until somebody who knows its token lets it go on. */
const WAITS = {
  StartAt: "Ask",
  States: {
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Parameters: { FunctionName: "echo", Payload: { "token.$": "$$.Task.Token" } },
      Next: "Done",
    },
    Done: { Type: "Pass", End: true },
  },
};

await story(async (browser) => {
  const arn = await machine("waits", WAITS);
  await reader(browser, arn, HOST);
  await admin(browser, arn);
  const { root, close } = await belowAPath(HOST, "/flows/ours/");
  await reader(browser, arn, root.replace(/\/$/, ""));
  ok("all of that behind a path");
  close();
});

/** Lets an execution's waiting task succeed. */
async function letGo(execution) {
  const { events } = await aws("GetExecutionHistory", { executionArn: execution });
  const scheduled = events.find((event) => event.type === "TaskScheduled");
  const { token } = JSON.parse(scheduled.taskScheduledEventDetails.parameters).Payload;
  await aws("SendTaskSuccess", { taskToken: token, output: "{}" });
}

/** What the browser itself tells of answers that are refusals, which these stories are about. */
function unexpected(wrong) {
  return wrong.filter((line) => !/status of 40[013]/.test(line));
}

async function signIn(page, token) {
  await page.getByRole("textbox", { name: "Token" }).fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Who may look: signs in at the page of an execution, sees it end, may start none, signs out. */
async function reader(browser, arn, root) {
  const { page, wrong, close } = await open(browser, { root });
  const execution = await run(arn, `seen-${Date.now()}`, { n: 1 }, "1s");
  const address = `${root}/${executionPage(execution)}`;
  await page.goto(address);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  must("the page of a stranger shows nothing of the host", !(await page.content()).includes("seen-"));
  const problems = await seriousProblems(page);
  must("axe finds nothing serious on the page that asks", problems.length === 0, problems.join("\n"));
  await picture(page, "sign-in");

  await signIn(page, "a-token-that-is-none");
  await page.getByRole("alert").getByText("The token is none of this host's").waitFor();
  ok("a wrong token is refused, and said to be");

  await signIn(page, READER);
  await page.locator("header").getByText("Running").first().waitFor();
  must("signing in goes on to where one was", page.url() === address, page.url());
  await page.getByText("Ask", { exact: true }).first().waitFor();
  await letGo(execution);
  await page.locator("header").getByText("Succeeded").first().waitFor();
  ok("its events come as they happen");

  const again = page.getByRole("button", { name: "Start again…" });
  must("a reader cannot start", await again.isDisabled());
  const why = await again.getAttribute("title");
  must("and is told why", why === "The token eve has the role read; this takes the role run.", why);
  await picture(page, "signed-in-as-a-reader");

  const cookies = await page.context().cookies();
  const [cookie] = cookies.filter(({ name }) => name === "dirigent-session");
  const path = new URL(`${root}/`).pathname.replace(/(.)\/$/, "$1");
  must("the session is a cookie of this path", cookie.path === path, cookie.path);
  must("which no script reads and no other site sends", cookie.httpOnly && cookie.sameSite === "Strict");
  const scripts = await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }));
  must("nothing else keeps the token", !scripts.includes(READER) && !scripts.includes("dirigent-session"), scripts);

  await page.getByRole("button", { name: "Signed in as eve, role read" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  ok("signing out ends the session");
  must("nothing else goes wrong on the way", unexpected(wrong).length === 0, unexpected(wrong).join("\n"));
  await close();
}

/** Who may do everything: starts, and is asked again over the page when the session ends. */
async function admin(browser, arn) {
  const { page, wrong, close } = await open(browser);
  await page.goto(`${HOST}/machines/${encodeURIComponent(arn)}`);
  await signIn(page, ADMIN);
  await page.getByRole("button", { name: "Start execution…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name (optional)" }).fill("by-hand");
  await page.context().clearCookies();
  // By its text: the page may have asked something meanwhile, and the question be there already.
  await page.locator("button", { hasText: /^Start$/ }).dispatchEvent("click");
  const asked = page.getByRole("dialog", { name: "Sign in again" });
  await asked.waitFor();
  await picture(page, "sign-in-again");
  await signIn(page, ADMIN);
  await asked.waitFor({ state: "detached" });
  must("what was typed is still there", (await dialog.getByRole("textbox", { name: "Name (optional)" }).inputValue()) === "by-hand");
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByRole("heading", { name: "by-hand" }).waitFor();
  ok("an admin starts, in a session that ended and was opened again");
  must("nothing else goes wrong for an admin", unexpected(wrong).length === 0, unexpected(wrong).join("\n"));
  await close();
}
