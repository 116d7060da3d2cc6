// A dialog over the page.
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface Props {
  title: string;
  about?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

export function Dialog({ title, about, onClose, children }: Props) {
  return (
    <Radix.Root open onOpenChange={(open) => open || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content className="dialog" {...(about ? {} : { "aria-describedby": undefined })}>
          <div>
            <Radix.Title asChild>
              <h2>{title}</h2>
            </Radix.Title>
            {about && (
              <Radix.Description asChild>
                <p className="quiet">{about}</p>
              </Radix.Description>
            )}
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
