// Buttons.
import type { ButtonHTMLAttributes, ReactNode } from "react";

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  kind?: "primary" | "danger" | "quiet";
  size?: "s";
};

export function Button({ kind, size, type = "button", className, ...rest }: Props) {
  return (
    <button
      {...rest}
      type={type}
      className={className ? `button ${className}` : "button"}
      data-kind={kind}
      data-size={size}
    />
  );
}

/** A notice of something that went wrong, or well. */
export function Notice({ kind, children }: { kind?: "info" | "good"; children: ReactNode }) {
  return (
    <div className="notice" data-kind={kind} role={kind ? "status" : "alert"}>
      {children}
    </div>
  );
}
