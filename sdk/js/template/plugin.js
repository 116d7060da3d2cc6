import { Failure, log } from "dirigent-plugin";

/**
 * Called once for each task, in a sandbox of its own. What it returns is the task's result; what it throws fails the task
 * with the error's name.
 *
 * @param {import("dirigent-plugin").Context} context
 * @param {{ name: string }} input
 */
export async function run(context, input) {
  if (input.name === "") throw new Failure("Greeting.NoName", "there is nobody to greet");
  log.info(`attempt ${context.attempt} of ${context.stateName}`);
  return { greeting: `Hello, ${input.name}!` };
}
