// A button for what takes a role: disabled for those who have a lesser one, with the reason.
import type { ComponentProps } from "react";
import { Button } from "../ui/button";
import { type Role, whyNot } from "./role";
import { useSession } from "./session";

type Props = ComponentProps<typeof Button> & { needs: Role };

export function RoleButton({ needs, disabled, title, ...rest }: Props) {
  const why = whyNot(useSession().known, needs);
  return (
    <Button
      {...rest}
      disabled={disabled || why !== undefined}
      title={why ?? title}
      aria-description={why}
    />
  );
}
