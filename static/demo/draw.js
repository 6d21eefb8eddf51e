// Draws tokens and credentials. Text only ever enters the page as text.

import { decode } from "./oidc.js";
import { inWords } from "./cedar.js";

export const $ = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) {
    if (v !== false && v != null) node.setAttribute(k, v === true ? "" : v);
  }
  node.append(...children);
  return node;
}

const MEANING = {
  iss: "who signed it", sub: "who it is about", aud: "who it is for", nonce: "ties it to this sign-in",
  azp: "the app that asked", client_id: "the app that asked", scope: "what was asked for", jti: "its own number",
  amr: "how they proved it", acr: "how strongly", sid: "the session", origin_jti: "the grant behind it",
  token_use: "what kind of token", at_hash: "ties it to the access token", alg: "how it is signed", kid: "which key", typ: "what kind",
};

const TIMES = new Set(["exp", "iat", "auth_time", "nbf", "updated_at"]);
const TIME_MEANING = { exp: "ends", iat: "made", auth_time: "signed in", nbf: "begins", updated_at: "profile changed" };

// Who and for whom come first, times and numbers last; the rest stays as it came.
const FIRST = ["alg", "kid", "typ", "iss", "sub", "aud", "client_id", "cognito:username", "username", "name", "email", "email_verified", "scope", "cognito:groups", "cognito:preferred_role", "cognito:roles"];
const LAST = ["auth_time", "iat", "nbf", "exp", "updated_at", "nonce", "jti", "origin_jti", "at_hash", "sid"];

function rank([name]) {
  return FIRST.includes(name) ? FIRST.indexOf(name) - FIRST.length : LAST.indexOf(name) + 1;
}

// claims fills a list of names and values.
export function claims(list, values) {
  const ordered = Object.entries(values).sort((a, b) => rank(a) - rank(b));
  list.replaceChildren(...ordered.map(([name, value]) => {
    const shown = typeof value === "string" ? value : brief(value);
    const meaning = TIMES.has(name) ? `${TIME_MEANING[name]} ${clock(value)}` : MEANING[name];
    const dd = el("dd", { "data-claim": name }, shown);
    if (meaning) dd.append(" ", el("span", { class: "meaning" }, meaning));
    return el("div", {}, el("dt", {}, ...breakable(name)), dd);
  }));
}

// breakable lets a long name wrap after a colon or an underscore.
function breakable(name) {
  return name.split(/(?<=[:_])/).flatMap((part) => [part, el("wbr")]);
}

// brief keeps short JSON on one line and spreads the rest.
function brief(value) {
  const line = JSON.stringify(value);
  return line.length > 60 ? JSON.stringify(value, null, 2) : line.replaceAll(",", ", ");
}

// token fills one of the two token panels.
export function token(prefix, jwt, expires) {
  let parts;
  try {
    parts = decode(jwt);
  } catch {
    parts = { header: {}, claims: { token: "opaque" } };
  }
  claims($(`${prefix}-claims`), parts.claims);
  claims($(`${prefix}-header`), parts.header);
  $(`${prefix}-raw`).textContent = jwt;
  countdown($(`${prefix}-expires`), parts.claims.exp ?? expires);
}

// sentence makes one of a phrase such as "the role of guests".
function sentence(phrase) {
  if (!phrase) return "";
  return phrase[0].toUpperCase() + phrase.slice(1) + (/[.!?]$/.test(phrase) ? "" : ".");
}

// policiesOf gathers the Cedar text that a credential carries.
function policiesOf(c) {
  return (c.authorization_details ?? []).filter((d) => d.type === "cedar" && d.policies).map((d) => [d.policies].flat().join("\n")).join("\n\n").trim();
}

// credential fills the credential's panel.
export function credential(c) {
  $("credential-panel").hidden = false;
  $("trade").classList.remove("primary");
  $("identity-id").textContent = c.identity_id;
  $("role-name").textContent = c.role?.name ?? "none";
  $("role-name").title = c.role?.arn ?? "";
  $("role-reason").textContent = sentence(c.role?.reason);
  const policy = policiesOf(c);
  $("role-policy").textContent = policy || "// no policies";
  const statements = inWords(policy, c.identity_id);
  if (statements.length === 0) statements.push({ allowed: false, words: "Nothing: the role has no policy." });
  $("role-allows").replaceChildren(...statements.map(({ allowed, words }) =>
    el("li", { class: allowed ? "may" : "not" }, icon(allowed ? "m3 8.5 3.3 3.3L13 5" : "m4 4 8 8M12 4l-8 8"), el("span", {}, words))));
  try {
    claims($("credential-claims"), decode(c.access_token).claims);
  } catch {
    $("credential-claims").replaceChildren();
  }
  countdown($("credential-expires"), c.expires_at);
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS(svg.namespaceURI, "path");
  for (const [k, v] of Object.entries({ width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" })) svg.setAttribute(k, v);
  for (const [k, v] of Object.entries({ d: path, fill: "none", stroke: "currentColor", "stroke-width": "1.75", "stroke-linecap": "round", "stroke-linejoin": "round" })) line.setAttribute(k, v);
  svg.append(line);
  return svg;
}

// countdown shows how long something lives, and keeps showing it.
export function countdown(node, expires) {
  node.dataset.expires = expires ?? "";
  tick(node);
}

setInterval(() => document.querySelectorAll("[data-expires]").forEach(tick), 1000);

function tick(node) {
  const left = Number(node.dataset.expires) - Math.floor(Date.now() / 1000);
  const over = node.dataset.expires !== "" && left <= 0;
  node.classList.toggle("over", over);
  node.textContent = node.dataset.expires === "" ? "" : over ? "ended" : `ends in ${span(left)}`;
}

function span(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:${two(Math.floor(seconds / 60) % 60)}` : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });
}
