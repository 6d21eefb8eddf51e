// A Cedar policy in plain words. It reads only the head of each statement; the
// text beside it stays what counts.

// inWords returns {allowed, words} for each statement of a policy set. own is the
// identity that the policies were sealed for.
export function inWords(text, own) {
  return statements(text).map(({ effect, scope, conditions }) => {
    const allowed = effect === "permit";
    let limits = "";
    // A lone condition on the resource says what a scope would.
    const plain = /^when\s*\{\s*(resource\s+(?:in|==)\s+(?:principal|[\w:]+::"[^"]*"))\s*\}$/.exec(conditions);
    if (plain) scope = scope.replace(/,\s*resource\s*$/, `, ${plain[1]}`);
    else if (conditions) limits = ", within the limits written below";
    return { allowed, words: `${allowed ? "May" : "May never"} ${actions(scope)} ${resource(scope, own)}${limits}.` };
  });
}

// statements takes a policy set apart. Words inside quotes and comments never
// count as Cedar's own.
function statements(text) {
  const found = [];
  let effect = "", scope = "", rest = "", depth = 0, headRead = false;
  for (const [token] of text.matchAll(/"(?:\\[^]|[^"\\])*"|\/\/[^\n]*|\b(?:permit|forbid)\b|[^]/g)) {
    if (token.startsWith("//")) continue;
    if (!effect) {
      if (token === "permit" || token === "forbid") effect = token;
    } else if (!headRead) {
      if (token === ")" && --depth === 0) headRead = true;
      if (depth > 0) scope += token;
      if (token === "(") depth++;
    } else if (token === ";") {
      found.push({ effect, scope, conditions: rest.trim() });
      [effect, scope, rest, headRead] = ["", "", "", false];
    } else {
      rest += token;
    }
  }
  return found;
}

const VERBS = { ListDatasets: "list", ReadDataset: "read", WriteDataset: "change", DeleteDataset: "delete" };

function actions(scope) {
  const names = [...scope.matchAll(/Action::"([^"]+)"/g)].map(([, name]) => VERBS[name] ?? `do “${words(name)}” with`);
  if (names.length === 0) return "do everything with";
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function resource(scope, own) {
  const part = scope.split(/,(?=\s*resource\b)/).at(-1) ?? "";
  const kind = /resource\s+is\s+([\w:]+)/.exec(part)?.[1];
  const any = kind ? `any ${words(kind)}` : "anything";
  const [, how, whole, type, id] = /(==|\bin)\s*(principal\b|([\w:]+)::"((?:\\.|[^"\\])*)")/.exec(part) ?? [];
  if (!how) return any;
  if (whole === "principal" || id === own) return how === "in" ? `${any} that is yours` : "what is yours";
  return how === "in" ? `${any} inside the ${words(type)} “${id}”` : `the ${words(type)} “${id}”`;
}

// words takes "Sync::Dataset" and "ListRecords" apart into "dataset" and "list records".
function words(name) {
  return name.split(/[:/]+/).at(-1).replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
