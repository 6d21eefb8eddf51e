// Says while a new password is typed which rules it meets, how hard it is to guess,
// and why not harder. The server decides; without this file the rules stand there as
// text. Words come from the page, so that they are in its language.

const rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "1234567890"];
const classes = { upper: /\p{Lu}/u, lower: /\p{Ll}/u, digit: /\p{Nd}/u, symbol: /[\p{P}\p{S} ]/u };

let common = new Set();

for (const box of document.querySelectorAll("[data-strength]")) watch(box);

function watch(box) {
  const input = document.getElementById(box.dataset.strength);
  const rules = document.getElementById("rules");
  const meter = box.querySelector("[role=meter]");
  const verdict = box.querySelector("[data-verdict]");
  const words = Object.fromEntries([...box.querySelectorAll("[data-word]")].map((w) => [w.dataset.word, w.textContent]));

  const judge = () => {
    const given = input.value;
    box.hidden = given === "";
    const names = namesIn(input.form, input);
    for (const rule of rules.querySelectorAll("[data-rule]")) {
      if (given === "") delete rule.dataset.met;
      else rule.dataset.met = meets(rule, given, names) ? "yes" : "no";
      rule.querySelector("[data-state]").textContent = given === "" ? "" : words[rule.dataset.met];
    }
    if (given === "") return;
    const least = Number(box.dataset.least);
    const { level, why } = [...given].length < least ? { level: 0, why: "too_short" } : strength(given, names, rules);
    const name = ["weak", "weak", "fair", "good", "strong"][level];
    const said = why && level < 3 ? `${words[name]} ${words[why]}` : words[name];
    box.dataset.level = level;
    meter.setAttribute("aria-valuenow", level);
    meter.setAttribute("aria-valuetext", said);
    if (verdict.textContent !== said) verdict.textContent = said; // read out only when it changes
  };

  // The list is worth its bytes only to who is about to choose a password.
  const load = async () => {
    common = (await import("./common.js")).default;
    judge();
  };
  if (document.activeElement === input) load();
  else input.addEventListener("focus", load, { once: true });
  input.form.addEventListener("input", judge);
  judge();
}

function meets(rule, given, names) {
  switch (rule.dataset.rule) {
    case "length": return [...given].length >= Number(rule.dataset.least);
    case "common": return !isCommon(given);
    case "personal": return !isPersonal(given, names);
    default: return classes[rule.dataset.rule].test(given);
  }
}

// strength is 0, which the server refuses too, to 4.
function strength(given, names, rules) {
  if (rules.querySelector("[data-rule=common]") && isCommon(given)) return { level: 0, why: "common" };
  if (isPersonal(given, names)) return { level: 0, why: "personal" };
  const folded = given.toLowerCase();
  const chars = [...given].length;
  const patterns = { common: () => (isCommon(given) ? chars : 0), repeats: repeated, keyboard: onARow, sequence };
  for (const [why, follows] of Object.entries(patterns)) if (follows(folded) > chars / 3) return { level: 1, why };
  let alphabet = 0;
  for (const [name, size] of [["lower", 26], ["upper", 26], ["digit", 10], ["symbol", 33]]) if (classes[name].test(given)) alphabet += size;
  // People choose words and not letters, so a character is worth less than it could be.
  const bits = 0.8 * chars * Math.log2(Math.max(alphabet, 10));
  const level = bits < 32 ? 1 : bits < 50 ? 2 : bits < 70 ? 3 : 4;
  return { level, why: level < 3 ? "longer" : "" };
}

// A few digits or marks around a common password make it no better.
function isCommon(given) {
  const folded = given.trim().toLowerCase();
  if (common.has(folded)) return true;
  const bare = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  return bare.length >= 4 && folded.length - bare.length <= 5 && common.has(bare);
}

function isPersonal(given, names) {
  const folded = given.toLowerCase();
  return names.some((name) => folded.includes(name));
}

// namesIn are what the form knows of the person, from four characters on.
function namesIn(form, input) {
  const names = [];
  for (const field of form.querySelectorAll("input[name=username], input[name^='attr.']")) {
    if (field === input || field.type === "date") continue;
    const value = field.value.toLowerCase();
    names.push(value, value.split("@")[0], ...value.split("@")[0].split(/[^\p{L}\p{M}\p{Nd}]+/u));
  }
  return names.filter((name) => name.length >= 4);
}

// The tests below count the characters that follow from others.
function repeated(s) {
  let n = 0;
  for (let i = 1; i < s.length; i++) if (s[i] === s[i - 1]) n++;
  for (let size = 2; size <= s.length / 2; size++) {
    let same = 0;
    for (let i = size; i < s.length; i++) if (s[i] === s[i - size]) same++;
    if (same > s.length / 3) n = Math.max(n, same);
  }
  return n;
}

function runs(s, follows) {
  let n = 0, run = 0;
  for (let i = 1; i <= s.length; i++) {
    if (i < s.length && follows(s[i - 1], s[i])) { run++; continue; }
    if (run >= 2) n += run;
    run = 0;
  }
  return n;
}

function sequence(s) {
  const by = (step) => runs(s, (a, b) => /[\p{L}\p{Nd}]/u.test(a) && b.codePointAt(0) - a.codePointAt(0) === step);
  return Math.max(by(1), by(-1));
}

function onARow(s) {
  return Math.max(...rows.flatMap((row) => [row, [...row].reverse().join("")]).map((row) => runs(s, (a, b) => row.includes(a + b))));
}
