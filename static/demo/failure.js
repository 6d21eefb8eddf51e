// What went wrong, in two sentences: what happened, and what to do about it.

export class Failure extends Error {
  constructor(what, todo, { status = 0, code = "", body = null } = {}) {
    super(what);
    this.todo = todo;
    this.status = status; // HTTP status, 0 when nothing answered
    this.code = code;     // the protocol's own error code
    this.body = body;     // the JSON that came with it
  }
}

// ask fetches JSON. Everything that is not a 2xx with JSON becomes a Failure.
export async function ask(url, options = {}, what = "The request was refused") {
  let answer;
  try {
    answer = await fetch(url, options);
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new Failure("The server did not answer.", "Check that it is still running and that you are online, then try again.");
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body) return body;
  if (answer.ok) throw new Failure(`${what}: the answer was not JSON.`, "Reload the page and try again.", { status: answer.status });
  const code = body?.error ?? body?.__type ?? "";
  const words = body?.error_description ?? body?.message ?? body?.Message ?? (code || `the server answered ${answer.status}`);
  throw new Failure(`${what}: ${sentence(words)}`, advice(answer.status, code), { status: answer.status, code, body });
}

function sentence(words) {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

function advice(status, code) {
  if (code === "invalid_grant") return "The session behind it is over. Sign in again.";
  if (status === 401 || status === 403) return "Sign in again to get a fresh token. If it stays, your role does not allow this.";
  if (status === 429) return "Wait a moment, then try again.";
  if (status >= 500) return "This is the server’s fault. Try again in a moment.";
  return "Try again. If it stays, sign out and begin anew.";
}
