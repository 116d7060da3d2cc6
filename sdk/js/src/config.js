// Values of the host's configuration: wasi:config. Not for secrets, which never enter a plugin.

import store from "wasi:config/store@0.2.0-rc.1";
import { ask } from "./refusal.js";

function asked(question) {
  return ask(question, (error) => new Error(`the host cannot read its configuration: ${error.val ?? error.tag}`));
}

export const config = {
  /** The value of a key that plugin.toml asks for under `[asks] config`; undefined if there is none. */
  get(key) {
    return asked(() => store.get(key)) ?? undefined;
  },
  /** All values that are granted, as an object. */
  all() {
    return Object.fromEntries(asked(() => store.getAll()));
  },
};
