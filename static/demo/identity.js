// The identity pool's side: trade an ID token, or nothing, for a credential by
// token exchange (RFC 8693), and remember the guest.

import { ask } from "./failure.js";

const CREDENTIAL = "cognate.demo.credential";
const GUEST = "cognate.demo.guest";

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";
const GUEST_TOKEN = "urn:cognate:params:oauth:token-type:guest";

export class IdentityPool {
  constructor({ issuer, id }) {
    Object.assign(this, { issuer, id });
  }

  // guest is {handle, identity} of the guest this browser has been, or null. The
  // handle is a secret: whoever holds it is that guest.
  get guest() {
    return JSON.parse(localStorage.getItem(GUEST) ?? "null");
  }

  set guest(guest) {
    if (guest) localStorage.setItem(GUEST, JSON.stringify(guest));
    else localStorage.removeItem(GUEST);
  }

  get credential() {
    return JSON.parse(sessionStorage.getItem(CREDENTIAL) ?? "null");
  }

  set credential(credential) {
    if (credential) sessionStorage.setItem(CREDENTIAL, JSON.stringify(credential));
    else sessionStorage.removeItem(CREDENTIAL);
  }

  // tradeToken trades an ID token. With a guest's handle the person keeps, or
  // takes over, what the guest has saved.
  tradeToken(idToken, handle) {
    const form = { subject_token: idToken, subject_token_type: ID_TOKEN };
    if (handle) form.guest_handle = handle;
    return this.trade(form);
  }

  // tradeNothing makes a guest, or comes back as the one whose handle is given.
  async tradeNothing(handle) {
    const form = { subject_token_type: GUEST_TOKEN };
    if (handle) form.subject_token = handle;
    const credential = await this.trade(form);
    this.guest = { handle: credential.guest_handle ?? handle, identity: credential.identity_id };
    return credential;
  }

  async trade(form) {
    const body = new URLSearchParams({ grant_type: EXCHANGE, ...form });
    const { guest_handle, ...credential } = await ask(`${this.issuer}/oauth2/token`, { method: "POST", body }, "The trade was refused");
    credential.authorization_details = await Promise.all((credential.authorization_details ?? []).map(whole));
    credential.expires_at = Math.floor(Date.now() / 1000) + credential.expires_in;
    this.credential = credential;
    return { ...credential, guest_handle };
  }
}

// whole fetches a policy that was too long for its token.
function whole(detail) {
  if (!detail.policies_uri) return detail;
  return ask(detail.policies_uri, {}, "The role’s policies could not be read");
}
