// Passkeys: asks the browser for one, or to make one, and sends its answer as an
// ordinary form. A form with data-passkey says which; data-options holds what the
// browser is asked (WebAuthn Level 3 sections 5.1.8 and 5.1.9), or data-begin the
// address that gives it to a POST.

const known = typeof PublicKeyCredential === "function" && navigator.credentials;

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const base64url = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// decode makes the browser's form of the options. Older browsers, and some password
// managers that put themselves in the way, have no function for it.
function decode(kind, json) {
  const own = kind === "create" ? PublicKeyCredential.parseCreationOptionsFromJSON : PublicKeyCredential.parseRequestOptionsFromJSON;
  if (own) return own.call(PublicKeyCredential, json);
  const list = (credentials = []) => credentials.map((c) => ({ ...c, id: bytes(c.id) }));
  const options = { ...json, challenge: bytes(json.challenge) };
  if (kind === "get") return { ...options, allowCredentials: list(json.allowCredentials) };
  return { ...options, user: { ...json.user, id: bytes(json.user.id) }, excludeCredentials: list(json.excludeCredentials) };
}

function encode(credential) {
  try {
    return JSON.stringify(credential.toJSON());
  } catch {
    // Not there, or not whole.
  }
  const { response } = credential;
  const out = { clientDataJSON: base64url(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) out[name] = base64url(response[name]);
  }
  if (response.getTransports) out.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id, rawId: base64url(credential.rawId), type: credential.type, response: out, clientExtensionResults: {},
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
  });
}

// reason names the words that fit what went wrong. Browsers do not tell a "no" from
// a time-out, so that people's answers stay their own; the clock does.
function reason(error, waited, options) {
  switch (error?.name) {
    case "NotAllowedError":
      return options?.timeout && waited >= options.timeout ? "late" : "cancelled";
    case "InvalidStateError":
      return "known";
    case "NotSupportedError":
    case "SecurityError":
      return "unsupported";
  }
  return "failed";
}

let waiting; // ends the offer in the name field, which must not run beside another question

function set(form) {
  const kind = form.dataset.passkey;
  const button = form.querySelector("[data-passkey-go]");
  const says = form.querySelector("[data-passkey-says]");
  const say = (word) => {
    says.hidden = !word;
    says.querySelector("p").textContent = word ? form.dataset[word] : "";
  };
  const begin = async () => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.dataset.begin, { method: "POST", headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (said.sign_in) {
      location.assign(said.sign_in); // the proof is too old; it leads back here
      return null;
    }
    if (!answer.ok) throw new Error(`no options: ${answer.status}`);
    return said;
  };
  const send = (credential) => {
    form.elements.credential.value = encode(credential);
    form.requestSubmit();
  };

  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!known) return say("unsupported");
    waiting?.abort();
    say("");
    button.disabled = true;
    let options;
    const from = Date.now();
    try {
      options = await begin();
      if (!options) return;
      const publicKey = decode(kind, options);
      const credential = await (kind === "create" ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
      send(credential);
    } catch (error) {
      say(reason(error, Date.now() - from, options));
      offer(form, kind, send);
    } finally {
      button.disabled = false;
    }
  });
  if (!known && "alone" in form.dataset) say("unsupported");
  offer(form, kind, send);
}

// offer lets the browser list passkeys in the name field. Nobody waits for it, so
// nothing is said when it comes to nothing.
async function offer(form, kind, send) {
  if (!known || kind !== "get" || !("conditional" in form.dataset)) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  waiting = new AbortController();
  const { signal } = waiting;
  try {
    const publicKey = decode(kind, JSON.parse(form.dataset.options));
    const credential = await navigator.credentials.get({ publicKey, mediation: "conditional", signal });
    if (credential) send(credential);
  } catch {
    // Another question took its place, or the browser would not.
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  set(form);
  // The Signal API tells the browser of a passkey that nobody knows here any more.
  if (form.dataset.unknown) signal("signalUnknownCredential", { rpId: JSON.parse(form.dataset.options).rpId, credentialId: form.dataset.unknown });
}

// A page that lists somebody's passkeys says which ones there are, and by what name.
for (const list of document.querySelectorAll("[data-passkey-signals]")) {
  const { rpId, userId, allAcceptedCredentialIds, name, displayName } = JSON.parse(list.dataset.passkeySignals);
  signal("signalAllAcceptedCredentials", { rpId, userId, allAcceptedCredentialIds });
  signal("signalCurrentUserDetails", { rpId, userId, name, displayName });
}

async function signal(method, details) {
  if (!known || !PublicKeyCredential[method]) return;
  try {
    await PublicKeyCredential[method](details);
  } catch {
    // A wish, not a need.
  }
}
