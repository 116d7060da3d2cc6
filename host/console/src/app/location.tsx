// The browser's address as React state: a router of two hooks and a link.
import {
  type AnchorHTMLAttributes,
  type MouseEvent,
  useCallback,
  useSyncExternalStore,
} from "react";
import { basePath } from "./base";

const CHANGED = "dirigent:location";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

/** Shows another page. `path` is below the console's root; `replace` keeps the history as long as it is. */
export function navigate(path: string, replace = false): void {
  const url = basePath() + path.replace(/^\//, "");
  if (replace) window.history.replaceState(null, "", url);
  else window.history.pushState(null, "", url);
  window.dispatchEvent(new Event(CHANGED));
}

/** The path below the console's root, without its query. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => {
    const base = basePath();
    const path = window.location.pathname;
    return path.startsWith(base) ? path.slice(base.length) : "";
  });
}

/** The query, and a way to change parts of it. An empty value or null takes a name out. */
export function useQuery(): [URLSearchParams, (change: Record<string, string | null>) => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const change = useCallback((changes: Record<string, string | null>) => {
    const query = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === "") query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    const path = window.location.pathname.slice(basePath().length);
    navigate(text === "" ? path : `${path}?${text}`, true);
  }, []);
  return [new URLSearchParams(search), change];
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string };

/** A link to a page of the console, which a new tab opens as well. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const special = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || event.button !== 0 || special) return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...rest} href={basePath() + to} onClick={follow} />;
}
