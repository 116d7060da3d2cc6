// A menu that a button opens.
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

interface Item {
  label: ReactNode;
  onSelect: () => void;
  disabled?: boolean;
}

export function Menu({ trigger, items }: { trigger: ReactNode; items: Item[] }) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          {items.map((item, index) => (
            <DropdownMenu.Item
              // biome-ignore lint/suspicious/noArrayIndexKey: a menu's items stay where they are.
              key={index}
              className="menu-item"
              disabled={item.disabled ?? false}
              onSelect={item.onSelect}
            >
              {item.label}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
