// The code editor suggests what may stand there, from the keyboard; and YAML keeps its comments: imported, edited as a form and as text,
// reloaded as a draft, and exported.
import { HOST, must, ok, open, picture, seriousProblems, story } from "./kit.mjs";

const WRITTEN = `# Orders of all shops
StartAt: Pay
States:
  # takes the money
  Pay:
    Type: Task
    Resource: plugin:echo # ours
    Next: Done
  Done:
    Type: Succeed
`;

const popup = (page) => page.locator(".cm-tooltip-autocomplete");

await story(async (browser) => {
  const { page, wrong } = await open(browser);
  page.on("dialog", (dialog) => void dialog.accept());
  await suggestions(page);
  await comments(page);
  must("nothing goes wrong on the page", wrong.length === 0, wrong.join("\n"));
});

async function suggestions(page) {
  await page.goto(`${HOST}/studio?mode=code`);
  const editor = page.getByRole("textbox", { name: "Definition in JSON" });
  await editor.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText('{"StartAt":"One","States":{"One":{"Type":"Task","Resource":"","Next":""},"Two":{"Type":"Succeed"}}}');
  const back = async (text) => {
    await page.keyboard.press("Control+Home");
    const before = (await editor.innerText()).indexOf(text) + text.length;
    for (let at = 0; at < before; at += 1) await page.keyboard.press("ArrowRight");
  };
  const choose = async (typed, label, at) => {
    await back(at);
    await page.keyboard.type(typed);
    await popup(page).getByText(label, { exact: true }).waitFor();
    // The popup takes no key for a moment after it comes, so that none is taken that was meant for the text.
    await page.waitForTimeout(150);
    if (typed === "T") await picture(page, "code-suggestions");
    await page.keyboard.press("Enter");
    await popup(page).waitFor({ state: "detached" });
  };
  await choose("T", "Two", '"Next":"');
  await choose("plugin:ech", "plugin:echo", '"Resource":"');
  await choose("\"Timeo", "TimeoutSeconds", '"Type":"Task",');
  const text = (await editor.innerText()).replaceAll("\u00a0", " ");
  must(
    "states, resources and fields are suggested and put in",
    text.includes('"Next":"Two"') && text.includes('"Resource":"plugin:echo"') && text.includes('"TimeoutSeconds"'),
    text,
  );
  const found = await seriousProblems(page);
  must("axe finds nothing serious", found.length === 0, found.join("\n"));
}

async function comments(page) {
  await page.goto(`${HOST}/studio?mode=code&syntax=yaml`);
  await page.getByRole("region", { name: "Draft" }).getByRole("button", { name: "Discard" }).click();
  const file = { name: "w.yaml", mimeType: "text/yaml", buffer: Buffer.from(WRITTEN) };
  await page.getByLabel("A definition to import").setInputFiles(file);
  await page.getByText("# takes the money").waitFor();
  must("a file is exported as it was imported", (await exported(page)) === WRITTEN);
  await page.getByRole("button", { name: "Design", exact: true }).click();
  await page.locator('[data-id="/States/Pay"]').click();
  await page.locator('[data-field="Resource"] input').fill("plugin:charge-payment");
  const edited = WRITTEN.replace("plugin:echo", "plugin:charge-payment");
  must("an edit in a form leaves the comments", (await exported(page)) === edited, await exported(page));
  await page.waitForFunction(() => Object.values(localStorage).some((one) => one.includes("plugin:charge-payment")));
  await page.reload();
  await page.getByRole("region", { name: "Draft" }).getByRole("button", { name: "Restore" }).click();
  must("a draft has them too", (await exported(page)) === edited, await exported(page));
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("dialog").getByText("A definition is saved as JSON, which has no comments").waitFor();
  ok("saving says what it does not keep");
}

async function exported(page) {
  await page.getByRole("button", { name: "More", exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "Export as YAML" }).click(),
  ]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
