// A place whose content scrolls, with the keyboard too.
import type { ReactNode } from "react";

export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section in a section says no more.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus the keys do not scroll it.
    <div className="scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
