// The plugins that are installed.
import { useQuery } from "@tanstack/react-query";
import type { PluginEntry } from "../api/shapes";
import { listPlugins } from "./host";

const NONE: readonly PluginEntry[] = [];

/** None as long as the host has not answered: the palette has the rest. */
export function usePlugins(): readonly PluginEntry[] {
  return useQuery({ queryKey: ["studio", "plugins"], queryFn: listPlugins }).data ?? NONE;
}
