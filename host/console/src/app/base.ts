// Where the console lies: below the path that the page's <base> says, whatever is in front of it.

/** The path of the console's root, with a slash at its end. */
export function basePath(): string {
  return new URL(".", document.baseURI).pathname;
}

/** An address of the host, such as `api/executions`, below the path that the console is served under. */
export function hostUrl(path: string): string {
  return new URL(path.replace(/^\//, ""), document.baseURI).href;
}
