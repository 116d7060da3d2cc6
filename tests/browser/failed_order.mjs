// The story of the failed order: find it, see the step, see why, redrive it with an edited input, and watch it end.
import { HOST, must, ok, open, picture, story } from "./kit.mjs";
import { DECLINED, GOOD, place } from "./orders.mjs";

/** Clicks that the story may take. */
const MOST_CLICKS = 9;

await story(async (browser) => {
  await place("orders");
  const { page, wrong } = await open(browser);
  let clicks = 0;
  const click = async (what) => {
    clicks += 1;
    await what.click();
  };

  await page.goto(`${HOST}/`);
  await page.getByRole("link", { name: "order-12" }).waitFor();
  ok("the console opens with the executions");

  await click(page.getByRole("button", { name: "Failed", exact: true }));
  await page.getByRole("link", { name: "order-12" }).waitFor({ state: "detached" });
  await picture(page, "story-1-failed");
  await click(page.getByRole("link", { name: "order-7" }));

  const alert = page.getByRole("alert");
  await alert.getByText("The execution failed at").waitFor();
  must("the page says where it failed", (await alert.innerText()).includes("Charge the card"));
  must("and why, in words", (await alert.innerText()).includes("The bank declined the Amex card ending in 0002"));
  const panel = page.getByRole("complementary", { name: "What is selected" });
  await panel.getByRole("heading", { name: "Charge the card", exact: true }).waitFor();
  ok("it opens at the step that failed");
  await panel.getByText("order-7").waitFor({ state: "detached" });
  await panel.getByText(DECLINED).first().waitFor();
  ok("the panel shows the step's input");
  await page.locator('[data-id="/States/Charge the card"]').waitFor();
  await picture(page, "story-2-the-step");

  await click(page.getByRole("button", { name: "Redrive…" }));
  await click(page.getByRole("radio", { name: "With edited input" }));
  const editor = page.getByRole("dialog").getByRole("textbox", { name: "Input of Charge the card" });
  await editor.waitFor();
  const input = JSON.parse((await editor.innerText()).replaceAll(" ", " "));
  must("the editor has the input that the step had", input.token === DECLINED, JSON.stringify(input));
  await editor.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(JSON.stringify({ ...input, token: GOOD }));
  await picture(page, "story-3-edited");
  await click(page.getByRole("dialog").getByRole("button", { name: "Redrive", exact: true }));

  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByText("redriven 1 ×").waitFor();
  await page.locator("header").getByText("Succeeded").waitFor();
  await alert.waitFor({ state: "detached" });
  ok("it ends well before our eyes");
  await page.locator('.g-succeeded >> text="Shipped"').waitFor();
  await page.locator('.g-succeeded >> text="Charge the card"').waitFor();
  must("no state is shown as failed", (await page.locator(".g-failed").count()) === 0);
  await picture(page, "story-4-the-end");
  must(`that took ${clicks} clicks`, clicks <= MOST_CLICKS);
  must("nothing went wrong on the page", wrong.length === 0, wrong.join("\n"));
});
