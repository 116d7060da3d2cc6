// Tabs: a list of views of one thing, of which one is shown.
import { Tabs as Radix } from "radix-ui";
import { type ReactNode, useDeferredValue } from "react";
import { useInSight } from "./in-sight";

export interface Tab {
  id: string;
  label: string;
  /** Beside the label, such as how many there are. */
  tag?: ReactNode;
  content: ReactNode;
}

interface Props {
  label: string;
  tabs: Tab[];
  value: string;
  onChange: (id: string) => void;
  className?: string;
}

export function Tabs({ label, tabs, value, onChange, className }: Props) {
  const known = tabs.some((tab) => tab.id === value) ? value : (tabs[0]?.id ?? "");
  // The choice is seen at once; what is behind it is made in slices between frames, since it may be much.
  const made = useDeferredValue(known);
  const row = useInSight<HTMLDivElement>('[data-state="active"]', known);
  return (
    <Radix.Root className={className} value={known} onValueChange={onChange}>
      <Radix.List className="tabs" aria-label={label} ref={row}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.id} className="tab" value={tab.id}>
            {tab.label}
            {tab.tag !== undefined && <span className="tag">{tab.tag}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} className="tab-content" value={tab.id}>
          {tab.id === known && tab.id === made && tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
