// What those who are signed in may do.
import type { Session } from "../api/shapes";

export type Role = Session["role"];

/** Each role may do what those before it may. */
const RANKS: Record<Role, number> = { read: 0, run: 1, admin: 2 };

/** Why this one may not do what takes a role, for a control that is disabled; nothing, if they may. */
export function whyNot(known: Session | undefined, needed: Role): string | undefined {
  if (!known || RANKS[known.role] >= RANKS[needed]) return undefined;
  return `The token ${known.name ?? ""} has the role ${known.role}; this takes the role ${needed}.`;
}
