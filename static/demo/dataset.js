// One dataset of one identity, over Cognito Sync's paths. Writes are
// compare-and-set by each record's sync count; on a conflict the last writer wins.

import { Failure, ask } from "./failure.js";

const DEVICE = "cognate.demo.device";

export class Dataset {
  // authorize(again) gives a credential; again asks for a new one after a refusal.
  // onConflict hears {key, theirs, mine} before mine is written over theirs.
  constructor({ base, pool, identity, name, authorize, onConflict }) {
    Object.assign(this, { name, authorize, onConflict });
    this.root = `${base}/identitypools/${encodeURIComponent(pool)}/identities/${encodeURIComponent(identity)}`;
    this.records = new Map(); // key -> {value, count, at}; value null once removed
    this.own = new Map();     // key -> the count of this window's last write
    this.count = 0;
    this.queue = Promise.resolve();
  }

  get device() {
    let id = localStorage.getItem(DEVICE);
    if (!id) localStorage.setItem(DEVICE, id = `browser-${crypto.randomUUID()}`);
    return id;
  }

  // pull takes in what changed since the last pull and returns the changed keys.
  pull() {
    return this.inTurn(async () => (await this.read()).changed);
  }

  // set writes one value; null removes the key. The base is the count that this
  // window last showed, so a change made elsewhere meanwhile is seen as a conflict.
  set(key, value) {
    let base = this.records.get(key)?.count ?? 0;
    return this.inTurn(async () => {
      // Two writes of this window in a row are no conflict.
      base = Math.max(base, this.own.get(key) ?? 0);
      for (let tries = 0; tries < 5; tries++) {
        const { token } = await this.read();
        const theirs = this.records.get(key);
        if (theirs && theirs.count > base) {
          this.conflict(key, theirs, value);
          base = theirs.count;
        }
        if (value === null && (theirs?.value ?? null) === null) return;
        const patch = { Op: value === null ? "remove" : "replace", Key: key, SyncCount: base };
        if (value !== null) patch.Value = value;
        try {
          const answer = await this.call("POST", `/datasets/${this.name}`, {
            SyncSessionToken: token, DeviceId: this.device, RecordPatches: [patch],
          });
          this.take(answer.Records ?? []);
          this.own.set(key, this.records.get(key)?.count ?? 0);
          return;
        } catch (err) {
          // 409 brings the server's records; the next turn is based on them.
          if (!(err instanceof Failure) || err.status !== 409) throw err;
          this.take(err.body?.Records ?? []);
          const now = this.records.get(key);
          if (now && now.count > base) {
            this.conflict(key, now, value);
            base = now.count;
          }
        }
      }
      throw new Failure(`“${key}” is being changed elsewhere again and again.`, "Wait a moment, then save it once more.");
    });
  }

  // adopt joins datasets left by a merge of identities, named name.<identity>,
  // and removes them. The newer value of each key stays. It returns their number.
  async adopt() {
    const names = this.merged ?? [];
    for (const name of names) {
      const old = new Dataset({ authorize: this.authorize, name });
      old.root = this.root;
      await old.pull();
      for (const [key, record] of old.records) {
        const mine = this.records.get(key);
        if (record.value !== null && !(mine?.value != null && mine.at >= record.at)) await this.set(key, record.value);
      }
      await this.call("DELETE", `/datasets/${encodeURIComponent(name)}`);
    }
    this.merged = [];
    return names.length;
  }

  conflict(key, theirs, mine) {
    if (theirs.value !== mine) this.onConflict?.({ key, theirs: theirs.value, mine });
  }

  // read asks for what changed since the last count, page by page. The token that
  // comes with it is what a write must carry.
  async read() {
    const changed = new Set();
    let answer, next = "";
    do {
      const query = new URLSearchParams({ lastSyncCount: this.count });
      if (next) query.set("nextToken", next);
      answer = await this.call("GET", `/datasets/${encodeURIComponent(this.name)}/records?${query}`);
      if (answer.DatasetDeletedAfterRequestedSyncCount && this.count > 0) return this.reread();
      for (const key of this.take(answer.Records ?? [])) changed.add(key);
      next = answer.NextToken;
    } while (next);
    this.count = Math.max(this.count, answer.DatasetSyncCount ?? 0);
    this.merged = answer.MergedDatasetNames ?? [];
    return { changed: [...changed], token: answer.SyncSessionToken };
  }

  // reread begins anew: the dataset was deleted since, so what this window
  // remembers is of the old one.
  async reread() {
    const gone = [...this.records.keys()];
    this.records.clear();
    this.own.clear();
    this.count = 0;
    const { changed, token } = await this.read();
    return { changed: [...new Set([...gone, ...changed])], token };
  }

  take(records) {
    const changed = [];
    for (const r of records) {
      if (r.SyncCount <= (this.records.get(r.Key)?.count ?? 0)) continue;
      this.records.set(r.Key, { value: r.Value ?? null, count: r.SyncCount, at: r.LastModifiedDate });
      changed.push(r.Key);
    }
    return changed;
  }

  // call sends one request, and once more with a new credential when the first was
  // refused as too old.
  async call(method, path, body) {
    for (const again of [false, true]) {
      const options = { method, headers: { Authorization: `Bearer ${await this.authorize(again)}` } };
      if (body) {
        options.headers["Content-Type"] = "application/json";
        options.body = JSON.stringify(body);
      }
      try {
        return await ask(this.root + path, options, method === "GET" ? "Reading the settings failed" : "Saving failed");
      } catch (err) {
        if (again || !(err instanceof Failure) || err.status !== 401) throw err;
      }
    }
  }

  // inTurn runs one operation after another, so counts never cross.
  inTurn(work) {
    const done = this.queue.then(work);
    this.queue = done.catch(() => {});
    return done;
  }
}
