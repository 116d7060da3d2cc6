// Definitions as files: taken in, and given out in several forms.
import { JsonDocument } from "../definition";
import { drawSvg, exportPng, graphOf } from "../graph";
import type { Session } from "./session";
import { fromYaml } from "./yaml";

/** Longest file that is taken in, in bytes: the host's own limit is 16 MiB at most. */
const MAX_FILE = 16 * 1024 * 1024;

export const FORMATS = ["JSON", "YAML", "SVG", "PNG"] as const;
export type Format = (typeof FORMATS)[number];

/** Gives the definition out as a file. */
export async function download(session: Session, name: string, format: Format): Promise<void> {
  const { document } = session.get();
  const stem = name || "workflow";
  switch (format) {
    case "JSON":
      return give(new Blob([document.text], { type: "application/json" }), `${stem}.asl.json`);
    case "YAML":
      return give(
        new Blob([session.yaml.of(document)], { type: "application/yaml" }),
        `${stem}.asl.yaml`,
      );
    default: {
      const svg = await drawSvg(graphOf(document.value()));
      if (format === "PNG") return give(await exportPng(svg), `${stem}.png`);
      return give(new Blob([svg], { type: "image/svg+xml" }), `${stem}.svg`);
    }
  }
}

function give(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A definition that was read: its JSON text, and the YAML if it was written so. */
export interface Read {
  readonly json: string;
  readonly yaml?: string;
}

/** Opens what a file says in the place of what is open. Throws an Error that says what is wrong with it. */
export async function importInto(session: Session, file: File): Promise<void> {
  const { json, yaml } = await readDefinition(file);
  session.write(json);
  if (yaml === undefined) session.yaml.forget();
  else session.yaml.keep(yaml, session.get().document);
}

/** The definition in a file: JSON as it is, YAML turned into JSON. */
async function readDefinition(file: File): Promise<Read> {
  if (file.size > MAX_FILE)
    throw new Error(`${file.name} has more than 16 MiB, which no definition may have`);
  const text = await file.text();
  if (new JsonDocument(text).valid) return { json: text };
  const read = fromYaml(new JsonDocument("{\n}"), text);
  if ("document" in read)
    return { json: JSON.stringify(read.document.value(), null, 2), yaml: text };
  throw new Error(
    `${file.name} is neither JSON nor YAML: ${read.problems[0]?.message ?? "it is empty"}`,
  );
}
