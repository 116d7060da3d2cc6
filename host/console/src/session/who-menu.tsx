// Who is signed in, and signing out. A host that asks nobody shows none of it.
import { told } from "../api/client";
import { Button } from "../ui/button";
import { Menu } from "../ui/menu";
import { signOut, useSession } from "./session";

export function WhoMenu() {
  const { known } = useSession();
  if (!known?.authentication) return null;
  const leave = () =>
    signOut().catch((error: unknown) => window.alert(`You are still signed in: ${told(error)}`));
  return (
    <Menu
      trigger={
        <Button kind="quiet" aria-label={`Signed in as ${known.name}, role ${known.role}`}>
          {known.name} · {known.role}
        </Button>
      }
      items={[{ label: "Sign out", onSelect: () => void leave() }]}
    />
  );
}
