// Definitions as files: taken in, and given out in several forms.
import { JsonDocument } from "../definition";
import { drawSvg, exportPng, graphOf } from "../graph";
import { fromYaml, toYaml } from "./yaml";

/** Longest file that is taken in, in bytes: the host's own limit is 16 MiB at most. */
const MAX_FILE = 16 * 1024 * 1024;

export const FORMATS = ["JSON", "YAML", "SVG", "PNG"] as const;
export type Format = (typeof FORMATS)[number];

/** Gives the definition out as a file. */
export async function download(
  document: JsonDocument,
  name: string,
  format: Format,
): Promise<void> {
  const stem = name || "workflow";
  switch (format) {
    case "JSON":
      return give(new Blob([document.text], { type: "application/json" }), `${stem}.asl.json`);
    case "YAML":
      return give(new Blob([toYaml(document)], { type: "application/yaml" }), `${stem}.asl.yaml`);
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

/** The JSON text of a file: JSON as it is, YAML turned into JSON. Throws an Error that says what is wrong. */
export async function readDefinition(file: File): Promise<string> {
  if (file.size > MAX_FILE)
    throw new Error(`${file.name} has more than 16 MiB, which no definition may have`);
  const text = await file.text();
  if (new JsonDocument(text).valid) return text;
  const read = fromYaml(new JsonDocument("{\n}"), text);
  if ("document" in read) return JSON.stringify(read.document.value(), null, 2);
  throw new Error(
    `${file.name} is neither JSON nor YAML: ${read.problems[0]?.message ?? "it is empty"}`,
  );
}
