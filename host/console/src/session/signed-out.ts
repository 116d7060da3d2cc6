// Word that the host does not know who asks: calls pass it on, and the session hears it.

const SIGNED_OUT = "dirigent:signed-out";

/** AWS's words for it; /api has the status 401. */
const CODES = new Set(["MissingAuthenticationTokenException", "UnrecognizedClientException"]);

/** To be told of every answer that is an error. */
export function hearProblem(status: number, code: string): void {
  if (status === 401 || CODES.has(code)) window.dispatchEvent(new Event(SIGNED_OUT));
}

/** Calls the listener whenever the host does not know who asks. Gives back what ends that. */
export function onSignedOut(listener: () => void): () => void {
  window.addEventListener(SIGNED_OUT, listener);
  return () => window.removeEventListener(SIGNED_OUT, listener);
}
