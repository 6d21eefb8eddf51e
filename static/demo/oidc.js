// An OpenID Connect public client: authorization code with PKCE (RFC 7636), no
// secret. Everything it knows about the provider comes from discovery.

import { Failure, ask } from "./failure.js";

const TOKENS = "cognate.demo.tokens";
const REQUEST = "cognate.demo.request";

export class Client {
  constructor({ issuer, clientID, redirectURI, scope }) {
    Object.assign(this, { issuer, clientID, redirectURI, scope });
  }

  // provider reads the discovery document once.
  provider() {
    this.found ??= ask(`${this.issuer}/.well-known/openid-configuration`, {}, "Discovery failed").then((doc) => {
      if (doc.issuer !== this.issuer) {
        throw new Failure(`Discovery names another issuer, ${doc.issuer}.`, "Check the issuer in /demo/config.json.");
      }
      return doc;
    }).catch((err) => { this.found = null; throw err; });
    return this.found;
  }

  get tokens() {
    return JSON.parse(sessionStorage.getItem(TOKENS) ?? "null");
  }

  set tokens(tokens) {
    if (tokens) sessionStorage.setItem(TOKENS, JSON.stringify(tokens));
    else sessionStorage.removeItem(TOKENS);
  }

  // begin leaves for the provider's sign-in page.
  async begin(extra = {}) {
    if (!crypto.subtle) {
      throw new Failure("The browser offers no cryptography on this address.", "Open the app on http://localhost or over https.");
    }
    const { authorization_endpoint } = await this.provider();
    const request = { state: random(), nonce: random(), verifier: random() };
    sessionStorage.setItem(REQUEST, JSON.stringify(request));
    const url = new URL(authorization_endpoint);
    for (const [k, v] of Object.entries({
      response_type: "code", client_id: this.clientID, redirect_uri: this.redirectURI, scope: this.scope,
      state: request.state, nonce: request.nonce,
      code_challenge: await challenge(request.verifier), code_challenge_method: "S256", ...extra,
    })) url.searchParams.set(k, v);
    location.assign(url);
  }

  // finish handles the way back. It returns "signed-in", "returned" (from signing
  // out) or "" when the address carries no answer.
  async finish() {
    const answer = new URLSearchParams(location.search);
    const request = JSON.parse(sessionStorage.getItem(REQUEST) ?? "null");
    if (!answer.has("code") && !answer.has("error")) {
      if (!answer.has("state")) return "";
      history.replaceState(null, "", location.pathname);
      return "returned";
    }
    // A code works once; a reload must not try it again.
    history.replaceState(null, "", location.pathname);
    sessionStorage.removeItem(REQUEST);
    // A refusal is told whoever asked: an address that somebody made by hand, too.
    if (answer.has("error")) throw refusal(answer);
    if (!request || answer.get("state") !== request.state) {
      throw new Failure("The answer belongs to no sign-in of this window.", "Begin again with “Sign in”.");
    }
    // RFC 9207: an answer from another provider is thrown away.
    if (answer.has("iss") && answer.get("iss") !== this.issuer) {
      throw new Failure("The answer came from another provider.", "Begin again with “Sign in”.");
    }
    const tokens = await this.token({
      grant_type: "authorization_code", code: answer.get("code"),
      redirect_uri: this.redirectURI, code_verifier: request.verifier,
    });
    this.check(tokens.id_token, request.nonce);
    this.tokens = tokens;
    return "signed-in";
  }

  // check follows OpenID Connect Core 1.0 section 3.1.3.7. The token came straight
  // from the token endpoint, so the connection vouches for its signature.
  check(idToken, nonce) {
    const { claims } = decode(idToken);
    const wrong = claims.iss !== this.issuer ? "issuer"
      : ![claims.aud].flat().includes(this.clientID) ? "audience"
      : claims.exp * 1000 < Date.now() - 60_000 ? "expiry"
      : nonce && claims.nonce !== nonce ? "nonce" : "";
    if (wrong) throw new Failure(`The ID token has the wrong ${wrong}.`, "Begin again with “Sign in”. If it stays, compare the clocks of this machine and the server.");
  }

  async refresh() {
    this.refreshing ??= (async () => {
      const before = this.tokens;
      if (!before?.refresh_token) throw new Failure("There is no refresh token.", "Sign in again.", { code: "invalid_grant" });
      const after = await this.token({ grant_type: "refresh_token", refresh_token: before.refresh_token });
      if (after.id_token) this.check(after.id_token, "");
      this.tokens = { ...before, ...after };
    })().finally(() => { this.refreshing = null; });
    return this.refreshing;
  }

  // fresh returns tokens whose ID token lives for another half minute.
  async fresh() {
    if (decode(this.tokens.id_token).claims.exp * 1000 < Date.now() + 30_000) await this.refresh();
    return this.tokens;
  }

  async userinfo() {
    const { userinfo_endpoint } = await this.provider();
    return ask(userinfo_endpoint, { headers: { Authorization: `Bearer ${this.tokens.access_token}` } }, "Userinfo was refused");
  }

  // leave ends the session at the provider, which sends the browser back here.
  async leave() {
    const tokens = this.tokens;
    const { end_session_endpoint } = await this.provider();
    this.tokens = null;
    if (!end_session_endpoint) return location.assign(this.redirectURI);
    const url = new URL(end_session_endpoint);
    url.searchParams.set("id_token_hint", tokens.id_token);
    url.searchParams.set("client_id", this.clientID);
    url.searchParams.set("post_logout_redirect_uri", this.redirectURI);
    url.searchParams.set("state", random());
    location.assign(url);
  }

  async token(form) {
    const { token_endpoint } = await this.provider();
    const body = new URLSearchParams({ client_id: this.clientID, ...form });
    return ask(token_endpoint, { method: "POST", body }, "The token endpoint refused");
  }
}

// decode reads a JWT without judging it.
export function decode(jwt) {
  const [header, claims] = jwt.split(".").slice(0, 2).map((part) => {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  });
  return { header, claims };
}

function refusal(answer) {
  const code = answer.get("error"), words = answer.get("error_description");
  if (code === "access_denied") return new Failure("You were not signed in: access was refused.", "Begin again if you changed your mind.");
  return new Failure(`You were not signed in: ${words ? `${words} (${code})` : code}`, "Begin again with “Sign in”.");
}

function random() {
  return encode(crypto.getRandomValues(new Uint8Array(32)));
}

async function challenge(verifier) {
  return encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

function encode(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
