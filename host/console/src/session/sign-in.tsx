// Asking for a token: as a page of its own, or over the page that somebody is at.
import { type FormEvent, useState } from "react";
import { told } from "../api/client";
import { hostUrl } from "../app/base";
import { Button, Notice } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { signIn } from "./session";
import "./session.css";

const ABOUT =
  "This host wants to know who asks. Give it the secret of a token in its configuration, [token.NAME] in dirigent.toml.";

export function SignIn() {
  return (
    <main className="sign-in">
      <section className="panel" aria-label="Sign in">
        <h1>
          <img src={hostUrl("icon.svg")} alt="" width={22} height={22} /> Sign in
        </h1>
        <p className="quiet">{ABOUT}</p>
        <TokenForm />
      </section>
    </main>
  );
}

export function SignInDialog({ onDone }: { onDone: () => void }) {
  return (
    <Dialog
      title="Sign in again"
      about={`The session is over. What is on the page stays. ${ABOUT}`}
      onClose={() => {
        // Nothing else can be done meanwhile.
      }}
    >
      <TokenForm onDone={onDone} />
    </Dialog>
  );
}

function TokenForm({ onDone }: { onDone?: () => void }) {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await signIn(token.trim());
      onDone?.();
    } catch (thrown) {
      setProblem(told(thrown));
      setBusy(false);
    }
  };
  return (
    <form className="sign-in-form" onSubmit={(event) => void submit(event)}>
      <label className="field">
        <span>Token</span>
        <input
          className="input mono"
          type="password"
          autoComplete="current-password"
          // biome-ignore lint/a11y/noAutofocus: there is nothing else to do here.
          autoFocus
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
      </label>
      {problem && <Notice>{problem}</Notice>}
      <Button kind="primary" type="submit" disabled={busy || token.trim() === ""}>
        Sign in
      </Button>
    </form>
  );
}
