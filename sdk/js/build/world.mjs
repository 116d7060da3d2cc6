// The WIT world of one plugin: just what its bundle imports, so that a component says by its imports what it may ask for.

import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Interfaces that the project's own folder does not have. */
const OWN = join(dirname(fileURLToPath(import.meta.url)), "wit");

// The toolchain evaluates the modules in a host of its own, which has all of `wasi:io` but nothing of `wasi:http`, and
// takes the streams of one for another resource than the streams of the other. So `wasi:http` is built against a package
// `wasj:io`, which that host knows nothing of, and the finished component gets the right name: as long as the wrong one, so
// that no length changes. The version is another than that of the engine's own imports, as no name may come twice; both are
// the same to a host, which compares versions by the rules of semantic versioning.
const STAND_IN = "wasj:io/";
const REAL = "wasi:io/";
const STAND_IN_VERSION = "0.2.11";

/** Write the WIT of a plugin with these imports to `to`, from the project's own in `from`. */
export async function writeWit(from, to, imports) {
  await rm(to, { recursive: true, force: true });
  const task = join(to, "deps/task");
  await mkdir(task, { recursive: true });
  for (const file of await readdir(from)) {
    if (file.endsWith(".wit")) await cp(join(from, file), join(task, file));
  }
  for (const file of await readdir(join(from, "deps"))) {
    if (file.endsWith(".wit")) await cp(join(from, "deps", file), join(to, "deps", file));
  }
  await cp(OWN, join(to, "deps"), { recursive: true });
  await standIn(join(to, "deps"));
  const lines = imports.filter((name) => name.includes("/")).map((name) => `  import ${name};`);
  const world = ["package dirigent:build;", "", "world plugin {", ...lines, "  export dirigent:task/handler@1.0.0;", "}", ""];
  await writeFile(join(to, "world.wit"), world.join("\n"));
}

async function standIn(deps) {
  const renamed = (text) => text.replace(/wasi:io(\/[a-z-]+)?@0\.2\.\d+/g, (_, name = "") => `wasj:io${name}@${STAND_IN_VERSION}`);
  const io = await readFile(join(deps, "io.wit"), "utf8");
  await writeFile(join(deps, "stand-in.wit"), renamed(io));
  const http = await readFile(join(deps, "http.wit"), "utf8");
  await writeFile(join(deps, "http.wit"), renamed(http));
}

/** The component with the real name of `wasi:io` everywhere. */
export function named(component) {
  const bytes = Buffer.from(component);
  for (let at = bytes.indexOf(STAND_IN); at >= 0; at = bytes.indexOf(STAND_IN, at)) bytes.write(REAL, at);
  return bytes;
}
