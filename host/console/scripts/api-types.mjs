// Writes the types of /api from its description, `openapi.json`, which a test of the crate `dirigent-api` keeps true.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The types, as text. */
export async function apiTypes() {
  const description = JSON.parse(await readFile(at("openapi.json"), "utf8"));
  const types = astToString(await openapiTS(description));
  return `// Written by \`npm run api-types\` from openapi.json. Not to be edited.\n${types}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(at("src/api/openapi.d.ts"), await apiTypes());
}
