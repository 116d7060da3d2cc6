// A definition as a graph: the model, the layout, the view, and its export as a picture.
export { drawSvg, exportPng, exportSvg } from "./export";
export { GraphView, type GraphViewProps } from "./graph-view";
export { TypeIcon } from "./icons";
export * from "./model";
export type { Problem } from "./nodes";
export { STATUS_WORDS, type StateStatus } from "./status";
