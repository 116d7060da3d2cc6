// Environment variables: those that plugin.toml's `[environment]` names.

import environment from "wasi:cli/environment@0.2.12";

/** Environment variables as an object, read anew each time: a plugin is built long before it is called. */
export function environmentVariables() {
  return Object.fromEntries(environment.getEnvironment());
}

/** The value of an environment variable; undefined if there is none. */
export function env(name) {
  return environmentVariables()[name];
}
