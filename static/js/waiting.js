// A page that waits for what happens in another tab, such as a link of a message that
// is opened there. It asks now and then whether that has happened, and at once when
// somebody comes back to it, and then goes on.

const page = document.querySelector("[data-waiting-url]");

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(page.dataset.waitingUrl, { headers: { Accept: "application/json" } });
    if (answer.ok && !(await answer.json()).waiting) location.replace(page.dataset.nextUrl);
  } catch {
    // Away for a moment: the next time will tell.
  }
}

document.addEventListener("visibilitychange", look);
addEventListener("focus", look);
setInterval(look, 4000);
