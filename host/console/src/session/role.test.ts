import { expect, test } from "vitest";
import { type Role, whyNot } from "./role";

test("roles may do what those before them may", () => {
  const roles: Role[] = ["read", "run", "admin"];
  for (const [rank, role] of roles.entries()) {
    for (const [needed, wanted] of roles.entries()) {
      const why = whyNot({ authentication: true, name: "ada", role }, wanted);
      expect(why === undefined, `${role} for ${wanted}`).toBe(rank >= needed);
      if (why) expect(why).toContain(`has the role ${role}; this takes the role ${wanted}`);
    }
  }
  expect(whyNot(undefined, "admin"), "before the host has answered").toBeUndefined();
});
