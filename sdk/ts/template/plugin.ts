import { Failure, log, type Context } from "dirigent-plugin";

interface Input {
  name: string;
}

interface Output {
  greeting: string;
}

/**
 * Called once for each task, in a sandbox of its own. What it returns is the task's result; what it throws fails the task
 * with the error's name.
 */
export async function run(context: Context, input: Input): Promise<Output> {
  if (input.name === "") throw new Failure("Greeting.NoName", "there is nobody to greet");
  log.info(`attempt ${context.attempt} of ${context.stateName}`);
  return { greeting: `Hello, ${input.name}!` };
}
