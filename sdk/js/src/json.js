// JSON that crosses as it is.

/** A text that is JSON already. JavaScript's numbers are exact to 2^53 only; this keeps an author's text. */
export class Json {
  constructor(text) {
    JSON.parse(text);
    this.text = text;
  }
}

/** Return `json(text)` from `run` to answer with a JSON text as it is. Throws SyntaxError if it is none. */
export function json(text) {
  return new Json(text);
}
