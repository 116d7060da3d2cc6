// What is being dragged: something of the palette, or a state. (A browser tells a page only at the end what was dropped.)
import { useSyncExternalStore } from "react";
import type { Template } from "./edit/templates";

export type Dragged =
  | { readonly what: "template"; readonly template: Template }
  | { readonly what: "state"; readonly id: string };

let dragged: Dragged | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function setDragged(next: Dragged | undefined): void {
  dragged = next;
  for (const listener of listeners) listener();
}

export function useDragged(): Dragged | undefined {
  return useSyncExternalStore(subscribe, () => dragged);
}

/** For a `dragstart` event. The page changes a moment later, since a browser gives up a drag whose page changes at once. */
export function beginDrag(event: React.DragEvent, what: Dragged, name: string): void {
  event.stopPropagation();
  event.dataTransfer.setData("text/plain", name);
  event.dataTransfer.effectAllowed = "copyMove";
  const end = () => {
    setDragged(undefined);
    document.removeEventListener("dragend", end, true);
  };
  document.addEventListener("dragend", end, true);
  setTimeout(() => setDragged(what), 0);
}
