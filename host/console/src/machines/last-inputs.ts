// The inputs that executions of a state machine were last started with, kept in this browser.

/** How many are kept of a state machine, and how long each may be, in characters. */
const KEPT = 5;
const MOST = 100_000;

const key = (machine: string) => `dirigent.inputs.${machine}`;

/** The latest first. */
export function lastInputs(machine: string): string[] {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(key(machine)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** Keeps an input as the latest. */
export function keepInput(machine: string, input: string): void {
  if (input.length > MOST) return;
  const others = lastInputs(machine).filter((one) => one !== input);
  try {
    const kept = JSON.stringify([input, ...others].slice(0, KEPT));
    window.localStorage.setItem(key(machine), kept);
  } catch {
    // The browser keeps no more; the inputs are a convenience.
  }
}
