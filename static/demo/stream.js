// Server-sent events over fetch, because EventSource cannot carry a credential.

// follow reads the stream until signal aborts, and comes back by itself with
// growing pauses. onOpen runs after each connection, so that the caller can catch
// up; onEvent gets the event's name and data; onState gets "on" or "waiting";
// onRefused hears why there is no credential to connect with.
export async function follow({ url, authorize, signal, onOpen, onEvent, onRefused, onState }) {
  let last = "";
  let failures = 0;
  let refused = false;
  while (!signal.aborted) {
    try {
      const credential = await authorize(refused).catch((err) => { onRefused(err); throw err; });
      const headers = { Accept: "text/event-stream", Authorization: `Bearer ${credential}` };
      if (last) headers["Last-Event-ID"] = last;
      const answer = await fetch(url, { headers, signal, cache: "no-store" });
      refused = answer.status === 401;
      if (!answer.ok) throw new Error(`stream: ${answer.status}`);
      onState("on");
      onOpen();
      for await (const event of events(answer.body)) {
        failures = 0;
        if (event.id) last = event.id;
        if (event.data) onEvent(event.name, event.data);
      }
    } catch (err) {
      if (signal.aborted) return;
    }
    onState("waiting");
    await pause(Math.min(15_000, 400 * 2 ** failures++) * (0.75 + Math.random() / 2), signal);
  }
}

// events parses the stream (WHATWG HTML section 9.2.6).
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = { name: "message", data: "", id: "" };
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === "") {
          yield event;
          event = { name: "message", data: "", id: "" };
          continue;
        }
        const [, field, text] = /^([^:]*):? ?(.*)$/.exec(line);
        if (field === "event") event.name = text;
        else if (field === "data") event.data += (event.data && "\n") + text;
        else if (field === "id") event.id = text;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// pause ends early when the network comes back.
function pause(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
