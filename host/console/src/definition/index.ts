// A lossless model of a definition's text.
export * from "./document";
export * from "./edit";
export * from "./pointer";
export { RawJson } from "./style";
