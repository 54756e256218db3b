// For a service that serves a team: trade a token for a session.
import { useState } from "preact/hooks";
import { ServiceError } from "../api/client";
import { logIn } from "../state/service";
import { Button } from "../ui/basics";

function wordsFor(error: unknown): string {
  if (error instanceof ServiceError && error.status === 401) return "That token was not accepted: ask the admin for another one.";
  return error instanceof Error ? error.message : String(error);
}

export function Login() {
  const [token, setToken] = useState("");
  const [refused, setRefused] = useState("");
  const send = (event: Event) => {
    event.preventDefault();
    logIn(token.trim()).catch((error: unknown) => setRefused(wordsFor(error)));
  };
  return (
    <main id="main" tabIndex={-1} class="alone">
      <form class="login" onSubmit={send}>
        <h1>Who are you?</h1>
        <p>This studio serves a team. Enter the token that its admin gave you.</p>
        <label class="field">
          <span>Token</span>
          <input type="password" autocomplete="current-password" value={token} onInput={(event) => setToken(event.currentTarget.value)} />
        </label>
        {refused && <p class="refused" role="alert">{refused}</p>}
        <Button tone="primary" type="submit" disabled={!token.trim()}>
          Come in
        </Button>
      </form>
    </main>
  );
}
