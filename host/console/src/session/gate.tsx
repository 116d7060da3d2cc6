// The page, or the question who somebody is. Who was at work when a session ended is asked over the page, so that nothing is lost.
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { lookUp, useSession } from "./session";
import { SignIn, SignInDialog } from "./sign-in";

export function Gate({ children }: { children: ReactNode }) {
  const { known, out } = useSession();
  const client = useQueryClient();
  useEffect(() => void lookUp(), []);
  // Whoever signs out leaves nothing behind: what was read goes with them.
  const gone = out && !known;
  useEffect(() => {
    if (gone) client.clear();
  }, [gone, client]);
  if (gone) return <SignIn />;
  return (
    <>
      {children}
      {out && <SignInDialog onDone={() => void client.invalidateQueries()} />}
    </>
  );
}
