// The demo app: sign in, trade the token, keep settings in step.
//
// What a test may hold on to (ids unless said otherwise):
//   always         #headline #who #notice #failure (#failure-what, #failure-todo); html[data-mode]: out, user, guest;
//                  html[data-ready] once the page has settled
//   signed out     #sign-in #guest; as a guest #sign-in stays, to keep the settings
//   signed in      #sign-out #refresh #userinfo #userinfo-claims
//   tokens         #id-token-claims #id-token-header #id-token-raw #id-token-copy #id-token-expires,
//                  the same with access-token; each value is dd[data-claim="sub"]
//   credential     #trade #identity-id #role-name #role-reason #role-allows #role-policy
//                  #credential-expires #credential-claims
//   settings       #dataset, in it [data-key=colour|units|display_name|weekly_summary], fields
//                  input[name=colour][value=plum], input[name=units], #display-name, #weekly-summary;
//                  rows of one's own are #records > [data-key=...] with an input and [data-remove];
//                  every [data-key] carries data-value (absent when unset) and data-count (sync count)
//   adding a row   #new-key #new-value #add-row
//   live           #live[data-state=off|on|waiting]   conflict: #conflict (#conflict-text)

import { $, claims, credential as drawCredential, token as drawToken } from "./draw.js";
import { Client, decode } from "./oidc.js";
import { Dataset } from "./dataset.js";
import { Failure, ask } from "./failure.js";
import { IdentityPool } from "./identity.js";
import { Settings } from "./settings.js";
import { follow } from "./stream.js";

const MODE = "cognate.demo.mode";
const HOME = "cognate.demo.home";

let config, client, pool, dataset, stream;
const settings = new Settings({ save });

// Every button's work runs through here: one at a time, and a failure is told.
function press(id, work) {
  const button = $(id);
  button.addEventListener("click", () => attempt(async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      await work();
    } finally {
      button.removeAttribute("aria-busy");
    }
  }));
}

async function attempt(work) {
  $("failure").hidden = true;
  try {
    return await work();
  } catch (err) {
    fail(err);
  }
}

function fail(err) {
  if (!(err instanceof Failure)) {
    console.error(err);
    err = new Failure("Something in this page went wrong.", "Reload it and try again.");
  }
  $("failure-what").textContent = err.message;
  $("failure-todo").textContent = err.todo ?? "";
  $("failure").hidden = false;
  // What can no longer be renewed is given up, so that the way on is plain.
  if (err.code === "invalid_grant" && mode() === "user") signedOut();
}

function notice(words) {
  $("notice-text").textContent = words;
  $("notice").hidden = !words;
}

function mode() {
  return document.documentElement.dataset.mode;
}

function setMode(mode) {
  document.documentElement.dataset.mode = mode;
  if (mode === "out") sessionStorage.removeItem(MODE);
  else sessionStorage.setItem(MODE, mode);
  $("story").hidden = mode !== "out";
  $("choices").hidden = mode === "user";
  $("guest").hidden = mode === "guest";
  $("sign-in").textContent = mode === "guest" ? "Sign in and keep these settings" : "Sign in";
  $("tokens").hidden = mode !== "user";
  $("credential").hidden = mode === "out";
  $("sign-out").hidden = mode === "out";
  $("account").hidden = mode !== "user";
  $("sign-out").textContent = mode === "guest" ? "Leave" : "Sign out";
  $("welcome").classList.toggle("compact", mode !== "out");
}

function showUser() {
  const tokens = client.tokens;
  const { claims: id } = decode(tokens.id_token);
  const name = id.name ?? id.preferred_username ?? id["cognito:username"] ?? id.email ?? id.sub;
  setMode("user");
  $("headline").textContent = `Hello, ${name}`;
  $("subline").textContent = "You proved who you are on the service’s own page. This is what the app got.";
  $("who").textContent = `Signed in as ${name}`;
  $("issuer").textContent = config.issuer;
  $("account").href = `${config.issuer}/account`;
  drawToken("id-token", tokens.id_token);
  drawToken("access-token", tokens.access_token, tokens.expires_at);
  $("refresh").disabled = !tokens.refresh_token;
  $("credential-lead").textContent = pool.guest
    ? "Trade the ID token for a credential. What you saved as a guest comes along."
    : "Trade the ID token for a credential with a role of its own.";
  $("trade-words").textContent = "Get credentials";
}

function showGuest() {
  setMode("guest");
  $("headline").textContent = "You are a guest";
  $("subline").textContent = "No name, no password, and yet a place of your own. Sign in whenever you like to keep it.";
  $("who").textContent = "Guest";
  $("credential-lead").textContent = "Traded for nothing but your visit, with the role for guests.";
  $("trade-words").textContent = "Renew credentials";
}

function signedOut() {
  client.tokens = null;
  pool.credential = null;
  closeSettings();
  $("credential-panel").hidden = true;
  $("trade").classList.add("primary");
  $("userinfo-panel").hidden = true;
  setMode("out");
  $("headline").textContent = "Sign in once, carry your settings anywhere";
  $("subline").textContent = "This app is an ordinary OpenID Connect client. It has no secret and no server of its own.";
  $("who").textContent = "Not signed in";
  $("guest").textContent = pool.guest ? "Come back as guest" : "Continue as guest";
}

// trade gets a credential for whoever is here. It is also how one is renewed.
async function trade() {
  return mode() === "guest" ? tradeAsGuest() : tradeAsUser();
}

async function tradeAsUser() {
  const { id_token } = await client.fresh();
  showUser();
  const guest = pool.guest;
  if (!guest) return pool.tradeToken(id_token);
  let credential;
  try {
    credential = await pool.tradeToken(id_token, guest.handle);
  } catch (err) {
    if (!(err instanceof Failure) || err.status < 400 || err.status >= 500) throw err;
    // Perhaps only the guest is refused: it may be long gone.
    credential = await pool.tradeToken(id_token);
    pool.guest = null;
    notice(`The guest’s settings could not be joined. ${err.message} You go on without them.`);
    return credential;
  }
  pool.guest = null;
  notice(credential.identity_id === guest.identity
    ? "You kept your guest identity: what you saved as a guest is now yours, under the same id."
    : "You have been here before, so your guest identity was joined to yours, with what it had saved.");
  return credential;
}

async function tradeAsGuest() {
  const guest = pool.guest;
  if (!guest) return pool.tradeNothing();
  try {
    return await pool.tradeNothing(guest.handle);
  } catch (err) {
    if (!(err instanceof Failure) || err.status < 400 || err.status >= 500 || err.status === 429) throw err;
    pool.guest = null;
    notice("The guest you were is gone, so you are a new one.");
    return pool.tradeNothing();
  }
}

let trading;

// authorize gives the credential for a request, renewed quietly when it is about
// to end, or when again says that the last one was refused.
async function authorize(again = false) {
  const held = pool.credential;
  if (!again && held && held.expires_at > Date.now() / 1000 + 20) return held.access_token;
  trading ??= trade().finally(() => { trading = null; });
  const credential = await trading;
  drawCredential(credential);
  return credential.access_token;
}

async function getCredentials() {
  await authorize(true);
  $("trade-words").textContent = "Renew credentials";
  $("credential-lead").textContent = "Short-lived, and good for nothing but what the role allows.";
  await openSettings();
}

async function openSettings() {
  const { identity_id: identity } = pool.credential;
  if (dataset?.identity === identity) return;
  closeSettings();
  const base = new URL(config.identity_pool_issuer).origin;
  dataset = new Dataset({ base, pool: config.identity_pool_id, identity, name: "settings", authorize, onConflict });
  dataset.identity = identity;
  const here = dataset;
  await here.pull();
  settings.show(here.records);
  $("settings").hidden = false;
  if (await here.adopt()) settings.show(here.records);
  stream = new AbortController();
  follow({
    url: `${here.root}/stream`, authorize, signal: stream.signal,
    onOpen: () => catchUp(here),
    onEvent: (name, data) => {
      if (name !== "dataset") return;
      const { dataset: changed, sync_count: count } = JSON.parse(data);
      if (changed === here.name && count > here.count) catchUp(here);
    },
    onRefused: (err) => { if (here === dataset && err.code === "invalid_grant") fail(err); },
    onState: (state) => {
      $("live").dataset.state = state;
      $("live").textContent = state === "on" ? "Live" : "Connecting again";
    },
  });
}

function closeSettings() {
  stream?.abort();
  stream = dataset = null;
  $("settings").hidden = true;
  $("conflict").hidden = true;
  $("live").dataset.state = "off";
  delete document.documentElement.dataset.colour;
}

// catchUp takes in what another window wrote.
function catchUp(here) {
  return here.pull().then((changed) => {
    if (here === dataset && changed.length) settings.show(here.records, changed.filter((key) => here.records.get(key)?.count !== here.own.get(key)));
  }).catch((err) => { if (here === dataset) fail(err); });
}

function save(key, value) {
  const here = dataset;
  $("conflict").hidden = true;
  return attempt(async () => {
    await here.set(key, value);
    if (here === dataset) settings.show(here.records);
    return true;
  });
}

function onConflict({ key, theirs, mine }) {
  const say = (value) => value === null ? "removed" : `set to “${value}”`;
  $("conflict-text").textContent = `Two changes met: “${key}” was ${say(theirs)} elsewhere while you had it ${say(mine)}. Yours came last, so it stands.`;
  $("conflict").hidden = false;
}

function copyFrom(id) {
  press(`${id}-copy`, async () => {
    await navigator.clipboard.writeText($(`${id}-raw`).textContent);
    $(`${id}-copy`).textContent = "Copied";
    setTimeout(() => { $(`${id}-copy`).textContent = "Copy"; }, 1500);
  });
}

press("sign-in", () => client.begin());
press("guest", async () => {
  setMode("guest");
  try {
    await getCredentials();
    showGuest();
  } catch (err) {
    // With a credential in hand one is a guest, even if the settings did not come.
    if (pool.credential) showGuest();
    else signedOut();
    throw err;
  }
});
press("refresh", async () => {
  await client.refresh();
  showUser();
  notice("The tokens were refreshed.");
});
press("userinfo", async () => {
  await client.fresh();
  claims($("userinfo-claims"), await client.userinfo());
  $("userinfo-panel").hidden = false;
});
press("trade", getCredentials);
press("sign-out", async () => {
  notice("");
  if (mode() === "guest") return signedOut();
  closeSettings();
  pool.credential = null;
  sessionStorage.removeItem(MODE);
  await client.leave();
});
for (const button of document.querySelectorAll("[data-dismiss]")) {
  button.addEventListener("click", () => {
    $(button.dataset.dismiss).hidden = true;
    $("content").focus();
  });
}
copyFrom("id-token");
copyFrom("access-token");

// start picks up where this window was: back from signing in or out, or reloaded.
async function start() {
  config = await ask("/demo/config.json", {}, "The app’s settings could not be read");
  client = new Client({ issuer: config.issuer, clientID: config.client_id, redirectURI: config.redirect_uri, scope: config.scope });
  pool = new IdentityPool({ issuer: config.identity_pool_issuer, id: config.identity_pool_id });
  moveIn();
  $("sign-in").disabled = $("guest").disabled = false;
  let refused;
  const arrived = await client.finish().catch((err) => { refused = err; });
  if (arrived === "signed-in") pool.credential = null; // a guest's, if any
  if (client.tokens) {
    showUser();
    if (arrived === "signed-in" && pool.guest) notice("You are signed in. Get credentials to keep what you saved as a guest.");
    if (pool.credential) await resume();
  } else if (sessionStorage.getItem(MODE) === "guest") {
    showGuest();
    await resume();
  } else {
    signedOut();
    if (arrived === "returned") notice("You are signed out.");
  }
  if (refused) throw refused;
}

// moveIn forgets what belonged to another server, which a development server that
// keeps nothing is after each start.
function moveIn() {
  for (const [storage, home] of [[sessionStorage, config.issuer], [localStorage, config.identity_pool_id]]) {
    if (storage.getItem(HOME) === home) continue;
    for (const key of Object.keys(storage)) if (key.startsWith("cognate.demo.")) storage.removeItem(key);
    storage.setItem(HOME, home);
  }
}

async function resume() {
  await authorize();
  drawCredential(pool.credential);
  $("trade-words").textContent = "Renew credentials";
  await openSettings();
}

await attempt(start);
document.documentElement.dataset.ready = "";
