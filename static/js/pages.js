// Enhancements for the hosted pages. Each page is complete without this file.

// A typed password can be looked at. The button appears only here, because
// without a script it could do nothing.
for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.parentElement.classList.add("with-toggle");
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? button.dataset.show : button.dataset.hide;
    button.setAttribute("aria-label", shown ? button.dataset.showLong : button.dataset.hideLong);
  });
  // A password manager saves nothing from a text field.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
}

// A second press on a slow connection would send the form twice; the server
// refuses the second, and the person would see that instead of the answer.
for (const form of document.querySelectorAll("form[method=post]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => { sent = false; });
}

// Browsers that know autofocus only on fields would leave the problem unread.
requestAnimationFrame(() => {
  if (document.activeElement === document.body) document.querySelector("[role=alert][autofocus]")?.focus();
});

// Times are written in UTC by the server and shown in the reader's own zone.
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (isNaN(at)) continue;
  time.title = time.textContent;
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(at);
}

// A value meant to be carried elsewhere can be copied with one press.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const words = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = words; }, 1500);
  });
}

// Another code can be asked for after a while; until then the button counts down.
for (const button of document.querySelectorAll("[data-wait]")) {
  const words = button.textContent;
  const until = Date.now() + Number(button.dataset.wait) * 1000;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? `${button.dataset.waiting} ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : words;
    if (left > 0) setTimeout(tick, 500);
  };
  tick();
}
