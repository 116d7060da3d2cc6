// What a host function answers in place of a value: a `result`'s error arrives as an Error that carries it.

/** Ask the host. An error that it answers with is handed to `explain`, and what that answers is thrown. */
export function ask(question, explain) {
  try {
    return question();
  } catch (error) {
    throw error instanceof Error && "payload" in error ? explain(error.payload) : error;
  }
}
