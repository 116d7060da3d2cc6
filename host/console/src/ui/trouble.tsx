// Something could not be read: why, and trying again.
import { told } from "../api/client";
import { Button, Notice } from "./button";

export function Trouble({ error, onAgain }: { error: unknown; onAgain: () => unknown }) {
  return (
    <Notice>
      <span className="trouble">{told(error)}</span>
      <Button size="s" onClick={() => void onAgain()}>
        Try again
      </Button>
    </Notice>
  );
}
