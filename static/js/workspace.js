/* The form of a record is kept while it is filled in.

   A few seconds after typing, and when the page goes, what stands in the form is
   sent to be kept for its writer alone: without files, identity numbers and
   passwords. Files are sent by photos.js, rows are added by rows.js. */

"use strict";

(() => {
  const sheet = document.querySelector("form[data-sheet][data-draft]");
  if (!sheet) return;
  const said = sheet.querySelector("[data-said]");
  const words = sheet.dataset;
  const token = sheet.elements.namedItem("csrfmiddlewaretoken").value;

  /* ── Keeping what is typed ──────────────────────────────────────────── */

  const PAUSE = 2000;
  const LONGEST_WAIT = 10000;
  const RETRY = 10000;
  const secret = new Set((words.secret || "").split(" ").filter(Boolean));
  let unsaved = "typed" in words;
  let since = 0;
  let timer = 0;
  let running = null;
  let leaving = false;

  function tell(text, wrong) {
    if (said.textContent !== text) said.textContent = text;
    said.classList.toggle("is-wrong", Boolean(wrong));
  }

  /** Return what the form holds, without files and secrets. */
  function body() {
    const found = new URLSearchParams();
    for (const [name, value] of new FormData(sheet)) {
      const box = sheet.elements.namedItem(name);
      if (typeof value !== "string" || name === "csrfmiddlewaretoken") continue;
      if (secret.has(name) || box?.type === "password") continue;
      found.append(name, value);
    }
    return found.toString();
  }

  function message() {
    const found = new FormData();
    found.append("csrfmiddlewaretoken", token);
    found.append("key", words.key);
    found.append("body", body());
    return found;
  }

  async function keep() {
    clearTimeout(timer);
    timer = 0;
    if (leaving || !unsaved) return;
    if (running) {
      plan(PAUSE);
      return;
    }
    unsaved = false;
    since = 0;
    running = new AbortController();
    try {
      const answer = await fetch(words.draft, {
        method: "POST", body: message(), redirect: "manual",
        signal: running.signal, headers: { Accept: "application/json" },
      });
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        unsaved = true;
        tell(words.signedOut, true);
        plan(RETRY);
      } else if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
        const { said: text } = await answer.json();
        tell(text, !answer.ok);
      } else if (answer.status !== 404) {
        throw new Error(`${answer.status}`);
      }
    } catch {
      if (!leaving) {
        unsaved = true;
        tell(words.offline, true);
        plan(RETRY);
      }
    } finally {
      running = null;
    }
  }

  /** Keep the form in a while; who types on and on is not put off for ever. */
  function plan(pause) {
    clearTimeout(timer);
    const now = Date.now();
    since = since || now;
    timer = setTimeout(keep, Math.max(0, Math.min(pause, since + LONGEST_WAIT - now)) || pause);
  }

  function touched() {
    unsaved = true;
    plan(PAUSE);
  }

  /** The page may go at any moment from here on: send what is not kept yet. */
  function part() {
    if (!unsaved || leaving) return;
    if (navigator.sendBeacon(words.draft, message())) unsaved = false;
  }

  sheet.addEventListener("input", (event) => {
    if (!event.target.matches("[type=file]")) touched();
  });
  sheet.addEventListener("change", (event) => {
    if (!event.target.matches("[type=file]")) touched();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") part();
  });
  window.addEventListener("pagehide", part);
  window.addEventListener("online", keep);
  window.addEventListener("offline", () => tell(words.offline, true));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });
  sheet.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (!navigator.onLine) {
      // The browser's own page would take the place of what was typed.
      event.preventDefault();
      tell(words.offline, true);
      return;
    }
    leaving = true;
    clearTimeout(timer);
    running?.abort();
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving && !navigator.onLine) event.preventDefault();
  });
  if (unsaved) plan(0);

  /* ── Rows that are added ────────────────────────────────────────────── */

  // Calendars and suggestions dress a fresh row when they hear of it.
  const watch = new MutationObserver((changes) => {
    for (const change of changes) {
      const prefix = change.target.dataset.rows;
      for (const row of change.addedNodes) {
        if (row.dataset?.row === undefined || row.dataset.dressed) continue;
        row.dataset.dressed = "yes";
        row.dispatchEvent(new CustomEvent("formset:added", {
          bubbles: true, detail: { formsetName: prefix },
        }));
      }
    }
  });
  for (const rows of sheet.querySelectorAll("[data-rows]")) {
    for (const row of rows.children) row.dataset.dressed = "yes";
    watch.observe(rows, { childList: true });
  }
})();
