// The layout of a graph as React state.
import { useEffect, useState } from "react";
import { loadElk } from "./elk";
import { type Layout, layoutOf } from "./layout";
import type { Region } from "./model";

export interface LaidOut {
  readonly graph: Region;
  readonly layout: Layout;
}

/** The newest layout there is, which may be that of the graph before while a new one is made. */
export function useLayout(graph: Region): { laid: LaidOut | undefined; error: string | undefined } {
  const [laid, setLaid] = useState<LaidOut>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    let wanted = true;
    loadElk()
      .then((elk) => layoutOf(graph, elk))
      .then((layout) => {
        if (!wanted) return;
        setLaid({ graph, layout });
        setError(undefined);
      })
      .catch((cause: unknown) => wanted && setError(String(cause)));
    return () => {
      wanted = false;
    };
  }, [graph]);
  return { laid, error };
}
