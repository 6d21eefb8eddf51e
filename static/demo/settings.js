// The settings editor over a Dataset: a few typed settings and rows of one's own.

import { $, el, clock } from "./draw.js";

const TYPED = {
  colour: { initial: "forest", read: chosen, show: choose },
  units: { initial: "metric", read: chosen, show: choose },
  display_name: { initial: "", read: typed, show: fill },
  weekly_summary: { initial: "false", read: (box) => String(field(box).checked), show: (box, value) => { field(box).checked = value === "true"; } },
};

export class Settings {
  // save(key, value) writes and answers whether that worked; value null removes.
  constructor({ save }) {
    this.save = save;
    this.root = $("dataset");
    for (const [key, kind] of Object.entries(TYPED)) {
      const box = this.box(key);
      box.addEventListener("change", () => this.store(box, key, kind.read(box)));
    }
    // A name is saved while it is typed, a moment after the last letter.
    const name = this.box("display_name");
    let timer;
    name.addEventListener("input", () => {
      name.dataset.busy = "";
      clearTimeout(timer);
      timer = setTimeout(() => this.store(name, "display_name", field(name).value), 250);
    });
    name.addEventListener("change", () => clearTimeout(timer));
    $("add").addEventListener("submit", (event) => {
      event.preventDefault();
      const key = $("new-key").value.trim();
      if (!key) return;
      this.save(key, $("new-value").value);
      $("add").reset();
      $("new-key").focus();
    });
  }

  box(key) {
    return this.root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  async store(box, key, value) {
    box.dataset.busy = "";
    try {
      if (!(await this.save(key, value))) box.querySelector(".stamp").textContent = "Not saved. Change it again to try once more.";
    } finally {
      delete box.dataset.busy;
    }
  }

  // show draws the records. Keys in fresh came from elsewhere and are pointed out.
  show(records, fresh = []) {
    for (const [key, kind] of Object.entries(TYPED)) {
      const record = records.get(key);
      const box = this.box(key);
      const value = record?.value ?? kind.initial;
      // What somebody is typing is never pulled away under their hands.
      if (box.dataset.busy === undefined) kind.show(box, value);
      stamp(box, record, fresh.includes(key));
    }
    this.showRows(records, fresh);
    this.showSample(records);
  }

  showRows(records, fresh) {
    const list = $("records");
    const own = [...records].filter(([key, r]) => !(key in TYPED) && r.value !== null).sort(([a], [b]) => a.localeCompare(b));
    const keep = new Set(own.map(([key]) => key));
    for (const row of [...list.children]) if (!keep.has(row.dataset.key)) row.remove();
    own.forEach(([key, record], i) => {
      const row = this.box(key) ?? this.newRow(key);
      if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null);
      if (row.dataset.busy === undefined && field(row) !== document.activeElement) field(row).value = record.value;
      stamp(row, record, fresh.includes(key));
    });
    $("free-empty").hidden = own.length > 0;
  }

  newRow(key) {
    const id = `record-${crypto.randomUUID()}`;
    const remove = el("button", { class: "button fit small", type: "button", "data-remove": key, "aria-label": `Remove ${key}` }, "Remove");
    const row = el("li", { class: "record", "data-key": key },
      el("label", { for: id }, key),
      el("input", { class: "input", id, dir: "auto", autocomplete: "off" }), remove, el("p", { class: "stamp" }));
    field(row).addEventListener("change", () => this.store(row, key, field(row).value));
    remove.addEventListener("click", () => this.save(key, null));
    return row;
  }

  // showSample puts the settings to work.
  showSample(records) {
    const value = (key) => records.get(key)?.value ?? TYPED[key].initial;
    const root = document.documentElement;
    if (value("colour") === "forest") delete root.dataset.colour;
    else root.dataset.colour = value("colour");
    const ride = value("units") === "imperial" ? "26.2 miles" : "42.2 kilometres";
    $("sample").replaceChildren(
      value("display_name") ? "Hello " : "Hello. ", ...(value("display_name") ? [el("strong", {}, el("bdi", {}, value("display_name"))), ". "] : []),
      "Your last ride was ", el("strong", {}, ride), value("weekly_summary") === "true" ? ", and a summary comes every week." : ".");
  }
}

function stamp(box, record, fresh) {
  const node = box.querySelector(".stamp");
  if (!record || record.value === null) {
    box.removeAttribute("data-value");
    node.textContent = "Not set yet";
    return;
  }
  box.dataset.value = record.value;
  box.dataset.count = record.count;
  node.textContent = `${fresh ? "Changed elsewhere" : "Saved"} ${clock(record.at)} · version ${record.count}`;
  box.classList.toggle("fresh", fresh);
}

function field(box) {
  return box.querySelector("input");
}

function typed(box) {
  return field(box).value;
}

function fill(box, value) {
  if (field(box).value !== value) field(box).value = value;
}

function chosen(box) {
  return box.querySelector("input:checked")?.value ?? "";
}

function choose(box, value) {
  for (const input of box.querySelectorAll("input")) input.checked = input.value === value;
}
