// A Cedar policy in plain words. It reads only the head of each statement; the
// text beside it stays what counts.

// inWords returns {allowed, words} for each statement of a policy set.
export function inWords(text) {
  const statements = [];
  const plain = text.replace(/\/\/[^\n]*/g, "");
  const head = /\b(permit|forbid)\s*\(([^]*?)\)\s*((?:when|unless)\b[^]*?)?;/g;
  for (const [, effect, scope, condition] of plain.matchAll(head)) {
    const allowed = effect === "permit";
    const limits = condition ? ", within the limits written below" : "";
    statements.push({ allowed, words: `${allowed ? "May" : "May never"} ${actions(scope)} ${resource(scope)}${limits}.` });
  }
  return statements;
}

function actions(scope) {
  const names = [...scope.matchAll(/Action::"([^"]+)"/g)].map(([, name]) => words(name));
  if (names.length === 0) return "do anything";
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function resource(scope) {
  const part = scope.split(/,(?=\s*resource\b)/).at(-1) ?? "";
  const one = /resource\s*(==|in)\s*([\w:]+)::"([^"]*)"/.exec(part);
  if (one) return `${one[1] === "in" ? "inside" : "on"} ${words(one[2])} “${one[3]}”`;
  const kind = /resource\s+is\s+([\w:]+)/.exec(part);
  return kind ? `on any ${words(kind[1])}` : "on anything";
}

// words takes "sync:ListRecords" apart into "list records".
function words(name) {
  return name.split(/[:/]+/).at(-1).replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
