// Light, dark, or as the system has it. The choice is kept in this browser.
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const KEY = "dirigent.theme";
const CHANGED = "dirigent:theme";

/** What was chosen. */
export function chosenTheme(): Theme {
  const kept = window.localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Sets the theme on the page. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", theme);
}

/** Chooses a theme, now and for later visits. */
export function chooseTheme(theme: Theme): void {
  if (theme === "system") window.localStorage.removeItem(KEY);
  else window.localStorage.setItem(KEY, theme);
  applyTheme(theme);
  window.dispatchEvent(new Event(CHANGED));
}

/** What was chosen, as React state. */
export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    window.addEventListener(CHANGED, listener);
    return () => window.removeEventListener(CHANGED, listener);
  }, chosenTheme);
}
