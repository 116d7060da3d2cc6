// Copying a text.
import { useState } from "react";
import { Button } from "./button";

/** How long it says that it has copied, in milliseconds. */
const SAID = 1_500;

export function Copy({ text, label = "Copy" }: { text: string; label?: string }) {
  const [said, setSaid] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setSaid(true);
    setTimeout(() => setSaid(false), SAID);
  };
  return (
    <Button kind="quiet" size="s" onClick={() => void copy()}>
      {said ? "Copied" : label}
    </Button>
  );
}
