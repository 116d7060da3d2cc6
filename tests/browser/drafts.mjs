// Edits that were not saved survive a reload: the Studio says that they are there, restores or discards them, and says when the state
// machine was saved by somebody else since.
import { aws, HOST, machine, must, ok, open, picture, seriousProblems, story } from "./kit.mjs";

const DEFINITION = { StartAt: "Only", States: { Only: { Type: "Pass", End: true } } };
const comment = (page) => page.locator('[data-field="Comment"] textarea, [data-field="Comment"] input').last();
const bar = (page) => page.getByRole("region", { name: "Draft" });

await story(async (browser) => {
  const arn = await machine("drafted", DEFINITION);
  const { page, wrong } = await open(browser);
  let asked = 0;
  page.on("dialog", (dialog) => {
    if (dialog.type() === "beforeunload") asked += 1;
    void dialog.accept();
  });
  await write(page, arn, "one");
  await page.reload();
  await bar(page).waitFor();
  must("leaving is asked about", asked === 1, String(asked));
  must("what is saved is shown until the draft is restored", (await page.getByText("Saved", { exact: true }).count()) === 1);
  await picture(page, "studio-draft");
  const found = await seriousProblems(page);
  must("axe finds nothing serious", found.length === 0, found.join("\n"));
  await bar(page).getByRole("button", { name: "Restore" }).click();
  await bar(page).waitFor({ state: "detached" });
  await page.getByText("Changed", { exact: true }).waitFor();
  await select(page);
  must("the edit is there again", (await comment(page).inputValue()) === "one");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  ok("what was restored is one step to undo");
  await kept(page, arn, undefined);
  ok("what is as it was saved has no draft");

  await write(page, arn, "two");
  await aws("UpdateStateMachine", {
    stateMachineArn: arn,
    definition: JSON.stringify({ ...DEFINITION, Comment: "somebody else" }),
  });
  await page.reload();
  await bar(page).getByText("It has been saved since").waitFor();
  ok("a draft of an older definition says so");
  await bar(page).getByRole("button", { name: "Discard" }).click();
  await bar(page).waitFor({ state: "detached" });
  await page.reload();
  await page.getByText("Saved", { exact: true }).waitFor();
  must("what is discarded is gone", (await bar(page).count()) === 0);

  await page.goto(`${HOST}/studio`);
  await page.locator('[data-template="flow:Wait"]').click();
  await kept(page, "", "Wait");
  await page.reload();
  await bar(page).getByRole("button", { name: "Restore" }).click();
  await page.locator('[data-id="/States/Wait"]').waitFor();
  ok("a workflow that was never saved has a draft too");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("from-a-draft");
  await dialog.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  await kept(page, "", undefined);
  await page.goto(`${HOST}/studio`);
  await page.getByRole("heading", { name: "New workflow" }).waitFor();
  must("what was created from it leaves no draft", (await bar(page).count()) === 0);
  must("nothing goes wrong on the page", wrong.length === 0, wrong.join("\n"));
});

async function select(page) {
  await page.locator('[data-id="/States/Only"]').click();
  await comment(page).waitFor();
}

/** Edits the state's comment, and waits until the edit is a draft. */
async function write(page, arn, text) {
  await page.goto(`${HOST}/studio/${encodeURIComponent(arn)}`);
  await select(page);
  await comment(page).fill(text);
  await kept(page, arn, text);
}

/** Waits until the draft of a state machine has a text in it, or is no more. */
async function kept(page, arn, text) {
  await page.waitForFunction(
    ([key, wanted]) => {
      const name = Object.keys(localStorage).find((one) => one.startsWith("dirigent.draft.") && one.endsWith(`|${key}`));
      return wanted === null ? name === undefined : localStorage.getItem(name ?? "")?.includes(wanted);
    },
    [arn, text ?? null],
  );
}
