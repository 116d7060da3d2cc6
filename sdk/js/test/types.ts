// Uses all that index.d.ts declares, and what must not compile: the suite `javascript` has tsc check it.

import { Failure, config, env, heartbeat, journal, json, keyvalue, log, progress, fetch, KeyValueError, type Run, type Context, type Json } from "dirigent-plugin";
const run: Run<{ id: string }, { n: number } | Json> = async (context: Context, input) => {
  const n: number = await journal.step("a", async () => 1, { inDoubt: () => 2 });
  const bucket = keyvalue.open("x");
  const text: string | undefined = bucket.get(input.id);
  for (const key of bucket.keys()) log.debug(key);
  heartbeat(); progress(1); progress(1, 2, "x");
  const all: Record<string, string> = config.all();
  const response = await fetch("https://x.example", { method: "POST", body: text });
  if (!response.ok) throw new Failure("A.B", env("C"));
  try { bucket.setJson("a", all); } catch (error) { if (error instanceof KeyValueError && error.code === "other") return json("1"); }
  // @ts-expect-error the attempt is a number
  const wrong: string = context.attempt;
  // @ts-expect-error there is no such member
  context.nothing;
  return { n };
};
export { run };
