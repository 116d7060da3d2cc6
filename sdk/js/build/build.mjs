// Builds a component from a JavaScript or TypeScript plugin, or from an AWS Lambda handler.
//
//   node build.mjs --entry plugin.ts --out plugin.wasm --work DIR --wit DIR --toolchain DIR [--lambda EXPORT --function NAME]
//
// `dirigent plugin build` calls it, with a toolchain that `npm install` made from toolchain/package.json. What went wrong is
// on standard error, one line a problem with its file and line; the exit status is 1 then.

import { mkdir, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { BuildError, bundle } from "./bundle.mjs";
import { named, writeWit } from "./world.mjs";

const { values: options } = parseArgs({
  options: {
    entry: { type: "string" },
    out: { type: "string" },
    work: { type: "string" },
    wit: { type: "string" },
    toolchain: { type: "string" },
    lambda: { type: "string" },
    function: { type: "string" },
  },
});

async function build() {
  for (const name of ["entry", "out", "work", "wit", "toolchain"]) {
    if (options[name] === undefined) throw new BuildError([`--${name} is missing`]);
  }
  const toolchain = createRequire(join(resolve(options.toolchain), "package.json"));
  const work = resolve(options.work);
  await mkdir(work, { recursive: true });

  const { lambda: handler, function: functionName } = options;
  const lambda = handler === undefined ? undefined : { handler, functionName };
  const { code, imports } = await bundle(toolchain("esbuild"), resolve(options.entry), lambda);
  const bundled = join(work, "bundle.js");
  await writeFile(bundled, code);
  const wit = join(work, "wit");
  await writeWit(resolve(options.wit), wit, imports);

  const component = await componentize(toolchain("componentize-qjs"), { wit, bundled, code });
  const out = resolve(options.out);
  await mkdir(dirname(out), { recursive: true });
  await writeFile(`${out}.new`, component);
  await rename(`${out}.new`, out);
}

async function componentize(qjs, { wit, bundled, code }) {
  try {
    // The runtime without the component model's own async: it runs on every host of WASI 0.2, and a call starts in less.
    const made = await qjs.componentize({ witPath: wit, jsSource: code, jsPath: bundled, world: "plugin", sync: true });
    return named(made.component);
  } catch (error) {
    throw new BuildError([
      `the plugin's modules could not be evaluated, which a build does once: ${error.message.trim()}`,
      "What needs the host (requests, buckets, the journal) belongs into `run`, not beside it.",
    ]);
  }
}

try {
  await build();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  for (const line of error.lines) console.error(line);
  process.exitCode = 1;
}
