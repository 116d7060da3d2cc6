// Values of the host's configuration: wasi:config. Not for secrets, which never enter a plugin.

import store from "wasi:config/store@0.2.0-rc.1";

function ask(question) {
  try {
    return question();
  } catch (error) {
    if (error instanceof Error) throw error;
    throw new Error(`the host cannot read its configuration: ${error?.val ?? error?.tag ?? error}`);
  }
}

export const config = {
  /** The value of a key that plugin.toml asks for under `[asks] config`; undefined if there is none. */
  get(key) {
    return ask(() => store.get(key)) ?? undefined;
  },
  /** All values that are granted, as an object. */
  all() {
    return Object.fromEntries(ask(() => store.getAll()));
  },
};
