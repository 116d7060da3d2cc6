// The layout engine in a worker, loaded when the first graph is drawn.
import type { ELK } from "elkjs/lib/elk-api";

let loading: Promise<ELK> | undefined;

/** The engine, which every graph of the page shares. */
export function loadElk(): Promise<ELK> {
  loading ??= load();
  return loading;
}

async function load(): Promise<ELK> {
  const [{ default: Elk }, { default: url }] = await Promise.all([
    import("elkjs/lib/elk-api"),
    import("elkjs/lib/elk-worker.min.js?url"),
  ]);
  return new Elk({ workerFactory: () => new Worker(url) });
}
