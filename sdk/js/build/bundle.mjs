// One module of a plugin's files, of the packages that it imports, and of the SDK, in the JavaScript that QuickJS runs.

import { isBuiltin } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const SDK = join(dirname(fileURLToPath(import.meta.url)), "../src");

/** The modules of Node.js that the SDK stands in for. */
const NODE = ["assert", "buffer", "crypto", "events", "path", "process", "querystring", "timers", "timers/promises", "url", "util"];

/** Globals that are installed only where a program's text names them, as they need something of the host or are large. */
const ON_DEMAND = [
  { word: /\b(fetch|Headers|Request|Response)\b/, module: "globals/with-fetch.js" },
  { word: /\bBuffer\b/, module: "globals/with-buffer.js" },
];

/** What a build found wrong, a line each. */
export class BuildError extends Error {
  constructor(lines) {
    super(lines.join("\n"));
    this.lines = lines;
  }
}

/** Bundle the module `entry`: its code, and the interfaces of the host that it imports. `lambda` has the export and the name of a Lambda function. */
export async function bundle(esbuild, entry, lambda) {
  const from = dirname(entry);
  const options = {
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["dirigent", "import", "default"],
    target: "esnext",
    keepNames: true,
    charset: "utf8",
    write: false,
    metafile: true,
    logLevel: "silent",
    absWorkingDir: from,
    plugins: [resolver()],
  };
  // The program alone first: its text says which globals it needs.
  const alone = await attempt(() => esbuild.build({ ...options, entryPoints: [entry] }), from);
  const text = alone.outputFiles[0].text;
  const stdin = { contents: main(entry, lambda, text), resolveDir: from, sourcefile: "dirigent-entry.js" };
  const whole = await attempt(() => esbuild.build({ ...options, stdin }), from);
  const [output] = Object.values(whole.metafile.outputs);
  const imports = output.imports.filter((module) => module.external).map((module) => module.path);
  return { code: await lowered(esbuild, whole.outputFiles[0].text), imports: [...new Set(imports)].sort() };
}

/** The text of the first module: globals, then the plugin behind the export that the host calls. */
function main(entry, lambda, text) {
  const sdk = (module) => JSON.stringify(join(SDK, module));
  const globals = ON_DEMAND.filter(({ word }) => word.test(text)).map(({ module }) => `import ${sdk(module)};`);
  const file = JSON.stringify(entry);
  const serve =
    lambda === undefined
      ? [`import { serve } from ${sdk("serve.js")};`, `import * as plugin from ${file};`, "export const handler = serve(plugin);"]
      : [
          // Evaluated in the call, as Lambda does: a handler's modules read their environment when they are loaded.
          `import { serve } from ${sdk("lambda/serve.js")};`,
          `export const handler = serve(() => import(${file}), ${JSON.stringify({ ...lambda, file: basename(entry) })});`,
        ];
  return [`import ${sdk("globals/install.js")};`, ...globals, ...serve].join("\n");
}

/** Without `async` functions: they would make promises of the engine's own, whose jobs nobody runs within a call. */
async function lowered(esbuild, code) {
  const supported = { "async-await": false, "async-generator": false, "for-await": false };
  const result = await attempt(() => esbuild.transform(code, { target: "esnext", supported, charset: "utf8", logLevel: "silent" }), "");
  return result.code;
}

function resolver() {
  return {
    name: "dirigent",
    setup(build) {
      build.onResolve({ filter: /^(wasi|dirigent):/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
      build.onResolve({ filter: /^dirigent-plugin$/ }, () => ({ path: join(SDK, "index.js") }));
      build.onResolve({ filter: /^[^./]/ }, ({ path }) => node(path));
    },
  };
}

function node(path) {
  if (!isBuiltin(path)) return undefined;
  const name = path.replace(/^node:/, "");
  if (NODE.includes(name)) return { path: join(SDK, "node", `${name.replace("/", "-")}.js`), sideEffects: false };
  const text =
    `the module \`${name}\` of Node.js is not there in a plugin, which has no files, processes or sockets of its own ` +
    `(there are: ${NODE.join(", ")}; and \`fetch\`)`;
  return { errors: [{ text }] };
}

/** What `work` makes, or esbuild's errors as a `BuildError`; `from` is the folder that their places are told from. */
async function attempt(work, from) {
  try {
    return await work();
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    throw new BuildError(error.errors.map((each) => line(each, from)));
  }
}

/** A message of esbuild with its place, and what to do about it where that is known. */
function line({ text, location }, from) {
  const place = location ? `${shown(location.file, from)}:${location.line}:${location.column + 1}: ` : "";
  return place + text + hint(text);
}

/** The file as it is called from here; esbuild has it from the folder of the first module. */
function shown(file, from) {
  const path = resolve(from, file);
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}

function hint(text) {
  const missing = /^Could not resolve "(@?[^"./][^"]*)"/.exec(text)?.[1];
  if (missing?.startsWith("@aws-sdk/")) {
    return ". Lambda's own runtime has the AWS SDK; a plugin calls a service by `fetch` and a connection of the host";
  }
  if (missing) return `. \`npm install ${missing.split("/").slice(0, missing.startsWith("@") ? 2 : 1).join("/")}\` beside the plugin installs it`;
  if (text.startsWith("Top-level await")) {
    return ". A plugin's modules are evaluated when it is built: await inside of `run`";
  }
  return "";
}
