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
    button.setAttribute("aria-pressed", String(!shown));
    button.textContent = shown ? button.dataset.show : button.dataset.hide;
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

document.querySelector("[role=alert][autofocus]")?.focus();
