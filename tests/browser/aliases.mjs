// Aliases share new executions between two versions: created and edited on the state machine's page, shifted as the Studio saves.
import { aws, HOST, machine, must, open, picture, seriousProblems, story } from "./kit.mjs";

const definition = (comment) =>
  JSON.stringify({ Comment: comment, StartAt: "Only", States: { Only: { Type: "Pass", End: true } } });

await story(async (browser) => {
  const arn = await machine("published", JSON.parse(definition("first")));
  const routing = async (alias) => {
    const described = await aws("DescribeStateMachineAlias", { stateMachineAliasArn: `${arn}:${alias}` });
    return described.routingConfiguration.map((one) => `${one.stateMachineVersionArn.split(":").at(-1)}: ${one.weight}`).join(", ");
  };
  await aws("PublishStateMachineVersion", { stateMachineArn: arn });
  await aws("UpdateStateMachine", { stateMachineArn: arn, definition: definition("second"), publish: true });
  const { page, wrong } = await open(browser);
  const dialog = page.getByRole("dialog");
  const choose = (name, version) => dialog.getByLabel(name, { exact: true }).selectOption(`${arn}:${version}`);

  await page.goto(`${HOST}/machines/${encodeURIComponent(arn)}?view=aliases`);
  await page.getByText("There is no alias").waitFor();
  await page.getByRole("button", { name: "Create an alias…" }).click();
  await dialog.getByLabel("Name", { exact: true }).fill("live");
  await choose("Version", 2);
  await choose("Second version", 1);
  const share = dialog.getByLabel("Share of the first, in percent of new executions");
  await share.fill("101");
  must("a share beyond 100 is refused", await dialog.getByRole("button", { name: "Create", exact: true }).isDisabled());
  await share.fill("10");
  await dialog.getByText("Version 2: 10 %, Version 1: 90 %").waitFor();
  await picture(page, "alias-new");
  const found = await seriousProblems(page);
  must("axe finds nothing serious", found.length === 0, found.join("\n"));
  await dialog.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("version 2: 10 %, version 1: 90 %").waitFor();
  must("the alias has both versions", (await routing("live")) === "2: 10, 1: 90", await routing("live"));
  await page.getByRole("button", { name: "Edit live" }).click();
  must("it is edited as it is", (await share.inputValue()) === "10");
  await dialog.getByLabel("Second version", { exact: true }).selectOption("");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("version 2: 100 %").waitFor();
  await picture(page, "aliases");
  must("one version has all", (await routing("live")) === "2: 100", await routing("live"));

  await page.goto(`${HOST}/studio/${encodeURIComponent(arn)}`);
  await page.locator('[data-field="Comment"]').locator("input, textarea").last().fill("third");
  await page.keyboard.press("Control+s");
  await dialog.getByRole("checkbox", { name: "Publish a version" }).check();
  await dialog.getByRole("textbox", { name: "Alias that names it from now on" }).fill("live");
  await dialog.getByRole("textbox", { name: "Its share of new executions, in percent" }).fill("25");
  await picture(page, "alias-shift");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  must("the new version has its share", (await routing("live")) === "3: 25, 2: 75", await routing("live"));
  must("nothing goes wrong on the page", wrong.length === 0, wrong.join("\n"));
});
