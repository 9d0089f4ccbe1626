/* What makes pages pleasanter where scripts run. Every page works without it. */

"use strict";

document.documentElement.classList.add("js");

/** Say something in the page's live region, for those who cannot see it change. */
function announce(text) {
  let region = document.getElementById("announcer");
  if (!region) {
    region = document.createElement("p");
    region.id = "announcer";
    region.className = "sr";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = text;
}

/** Share the page with the phone's own sheet, or copy its address. */
async function share(button) {
  const url = button.dataset.share || location.href.split("#")[0];
  const title = button.dataset.shareTitle || document.title;
  if (navigator.share) {
    try {
      await navigator.share({ title, url });
    } catch {
      /* The reader closed the sheet. */
    }
    return;
  }
  await navigator.clipboard.writeText(url);
  const said = button.dataset.copied || "";
  const words = button.querySelector("[data-words]");
  announce(said);
  if (!words || words.textContent === said) return;
  const before = words.textContent;
  words.textContent = said;
  setTimeout(() => { words.textContent = before; }, 3000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-share]");
  if (button) share(button);
  // An open menu closes when the reader goes on elsewhere.
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

/* After htmx has put a new page of a list in place, go on reading at its top. */
document.addEventListener("htmx:afterSettle", (event) => {
  const link = event.detail.requestConfig?.elt;
  if (!link?.closest?.(".pager")) return;
  const target = event.detail.target;
  target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
});

/* A failed request would otherwise leave the old list standing in silence. */
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const text = document.body.dataset.failed;
    if (!text) return;
    const target = event.detail.target || document.getElementById("main");
    const bar = document.createElement("p");
    bar.className = "message message--error";
    bar.setAttribute("role", "alert");
    bar.textContent = text;
    target.querySelector(":scope > .message--error")?.remove();
    target.prepend(bar);
  });
}

/* What was refused is read first. */
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector(".error-summary")?.focus();
});
