// Proof of work: before a text is sent for somebody unknown, their browser looks for
// a number whose SHA-256, behind the page's challenge, begins with enough zero bits.
// It works in slices while the form is filled in; a form that may have a text sent
// waits for it. Without this script no text is sent.

const K = new Int32Array(64);
const H = new Uint32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
  if (!prime) continue;
  // The fractions of the roots of the first primes (FIPS 180-4 sections 4.2.2, 5.3.3).
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) >>> 0;
  if (found < 8) H[found] = fraction(Math.sqrt(n));
  K[found++] = fraction(Math.cbrt(n));
}

const W = new Int32Array(64);
function block(at) {
  for (let i = 0; i < 16; i++) W[i] = view.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15], y = W[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

// zeros is how many zero bits the hash of a short text begins with, up to 32. Its
// buffers are made once: it runs some hundred thousand times.
const room = new Uint8Array(256);
const view = new DataView(room.buffer);
const state = new Uint32Array(8);
function zeros(text) {
  const size = ((text.length + 8) >> 6) * 64 + 64;
  room.fill(0, text.length, size);
  for (let i = 0; i < text.length; i++) room[i] = text.charCodeAt(i);
  room[text.length] = 0x80;
  view.setUint32(size - 4, text.length * 8);
  state.set(H);
  for (let at = 0; at < size; at += 64) block(at);
  return Math.clz32(state[0]);
}

async function solve(challenge, bits, tell) {
  for (let n = 0; ; ) {
    for (const until = performance.now() + 25; performance.now() < until; n++) {
      if (zeros(`${challenge}:${n}`) >= bits) return `${challenge}:${n}`;
    }
    tell(n);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

const place = document.querySelector("[data-work]");
if (place) {
  const says = place.querySelector("[data-work-says]");
  const waiting = () => { says.hidden = false; says.textContent = says.dataset.doing; };
  let done = false;
  const ready = (async () => {
    const bits = Number(place.dataset.bits);
    const solution = await solve(place.dataset.work, bits, (n) => {
      if (!says.hidden) says.textContent = `${says.dataset.doing} ${Math.min(99, Math.round((100 * n) / 2 ** bits))}%`;
    });
    await fetch(place.dataset.to, { method: "POST", body: new URLSearchParams({ flow: place.dataset.flow, solution }) });
  })().catch(() => {}).finally(() => { done = true; });
  document.addEventListener("submit", (event) => {
    if (done || !event.target.matches("[data-texts]")) return;
    // Before every other listener: for them, nothing was sent yet.
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting();
    ready.then(() => event.target.requestSubmit(event.submitter));
  }, true);
}
