// JSON as people read it: indented, with every number and every order of members as it was sent. Nothing is parsed to values,
// in which large numbers would lose digits.

/** Longest text that is indented, in characters; a longer one stays as it is. */
const MOST = 8 * 1024 * 1024;

const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gy;

/** The text, indented by two spaces a level. What is no JSON stays as it is. */
export function indented(text: string): string {
  if (text.length > MOST || !isJson(text)) return text;
  const out: string[] = [];
  let depth = 0;
  let empty = false;
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    if (/^\s/.test(token)) continue;
    if (token === "}" || token === "]") {
      depth -= 1;
      out.push(empty ? token : line() + token);
      empty = false;
      continue;
    }
    if (empty) out.push(line());
    empty = token === "{" || token === "[";
    if (empty) depth += 1;
    if (token === ",") out.push(token + line());
    else out.push(token === ":" ? ": " : token);
  }
  return out.join("");
}

/** Whether a text is one JSON value. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with a text that should be JSON; undefined if nothing is. */
export function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return text.trim() === ""
      ? "Write a JSON value, such as {}"
      : `This is not JSON: ${(error as Error).message}`;
  }
}
