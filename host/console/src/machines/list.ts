// All state machines, by AWS's action, which gives them in pages.
import { aws } from "../api/client";
import type { MachineItem } from "../api/shapes";

/** Pages that are read, of a thousand each. */
const MAX_PAGES = 50;

/** All state machines, by name. */
export async function listMachines(signal?: AbortSignal): Promise<MachineItem[]> {
  const found: MachineItem[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const parameters = { maxResults: 1_000, ...(nextToken ? { nextToken } : {}) };
    const answer = await aws<{ stateMachines: MachineItem[]; nextToken?: string }>(
      "ListStateMachines",
      parameters,
      signal,
    );
    found.push(...answer.stateMachines);
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}
