/* The form of a record: kept while it is filled in, rows and pictures added in place.

   Without it everything goes by buttons of the form: "add another" is a submit
   button, order a number, removal a box to tick, and files come with the form. */

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

  /* ── Rows of a part ─────────────────────────────────────────────────── */

  const count = (part, which) => sheet.elements.namedItem(`${part}-${which}_FORMS`);
  const rowsOf = (part) => sheet.querySelector(`[data-rows="${part}"]`);

  /** Add an empty row and return it; nothing where the part is full. */
  function addRow(part) {
    const total = count(part, "TOTAL");
    const most = Number(count(part, "MAX_NUM").value);
    const rows = rowsOf(part);
    if (rows.children.length >= most) {
      tell(words.full, true);
      return null;
    }
    const template = sheet.querySelector(`template[data-row-of="${part}"]`);
    const holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
    const row = holder.firstElementChild;
    rows.append(row);
    total.value = Number(total.value) + 1;
    dress(row);
    row.dispatchEvent(new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: part } }));
    return row;
  }

  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=press][value^=add-]");
    if (!button) return;
    const row = addRow(button.value.slice("add-".length));
    event.preventDefault();
    row?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });

  /* ── Order ──────────────────────────────────────────────────────────── */

  const positionOf = (row) => row.querySelector("input[name$='-position']");

  /** Tell whether anything was put into a row: an empty one stays empty. */
  function isFilled(row) {
    return [...row.querySelectorAll("input, select, textarea")].some((box) => {
      if (/-(position|DELETE)$/.test(box.name)) return false;
      if (box.type === "hidden" && !/-(id|kept)$/.test(box.name)) return false;
      if (["checkbox", "radio"].includes(box.type)) return box.checked !== box.defaultChecked;
      if (box.tagName === "SELECT") return ![...box.options].every((each) => each.selected === each.defaultSelected || !each.value);
      return box.value !== "" && !/-(consent_wording|wording)$/.test(box.name);
    });
  }

  function number(rows) {
    let place = 1;
    for (const row of rows.children) {
      const box = positionOf(row);
      if (!box || !isFilled(row)) continue;
      box.value = place;
      place += 1;
    }
    touched();
  }

  function move(row, step) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    number(row.parentElement);
  }

  /** Give a row its buttons for the order; the number stays for who prefers it. */
  function dress(row) {
    if (!positionOf(row) || row.querySelector(".part-row__move")) return;
    const holder = document.createElement("div");
    holder.className = "part-row__move";
    for (const [text, sign, step] of [[words.up, "↑", -1], [words.down, "↓", 1]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", `${text}: ${row.querySelector("legend").textContent.trim()}`);
      button.addEventListener("click", () => {
        move(row, step);
        button.focus();
      });
      holder.append(button);
    }
    row.append(holder);
  }

  sheet.querySelectorAll("[data-row]").forEach(dress);

  /* ── Files go at once ───────────────────────────────────────────────── */

  function hidden(name, value) {
    const box = document.createElement("input");
    box.type = "hidden";
    box.name = name;
    box.value = value;
    return box;
  }

  /** Show beside a file's box what came of sending it. */
  function show(box, text, wrong) {
    const line = document.createElement("span");
    line.className = wrong ? "upload__said is-wrong" : "upload__said";
    line.setAttribute("role", wrong ? "alert" : "status");
    line.textContent = text;
    box.querySelector(".upload__said")?.remove();
    box.prepend(line);
  }

  function showKept(input, box, { value, url, said: text }, file) {
    const name = input.name;
    const parts = [hidden(`${name}-kept`, value)];
    if (url) {
      const picture = document.createElement("img");
      picture.className = "upload__shown";
      picture.src = url;
      picture.alt = words.chosen;
      picture.width = picture.height = 120;
      parts.push(picture);
    }
    const drop = document.createElement("label");
    const tick = document.createElement("input");
    tick.type = "checkbox";
    tick.name = `${name}-drop`;
    drop.className = "upload__drop";
    drop.append(tick, ` ${words.dropFile}`);
    parts.push(drop);
    box.replaceChildren(...parts);
    show(box, `${file.name} – ${text}`, false);
    // It lies with the register: it need not come a second time.
    input.value = "";
    touched();
  }

  async function send(input) {
    const file = input.files[0];
    const box = input.parentElement.querySelector("[data-upload-box]");
    if (!file || !box) return;
    show(box, words.uploading, false);
    const data = new FormData();
    data.append("csrfmiddlewaretoken", token);
    data.append("kind", input.dataset.upload);
    data.append("file", file);
    try {
      const answer = await fetch(words.uploadUrl, {
        method: "POST", body: data, redirect: "manual",
        headers: { Accept: "application/json" },
      });
      const found = await answer.json();
      if (input.files[0] !== file) return;
      if (answer.ok) showKept(input, box, found, file);
      else show(box, found.said, true);
    } catch {
      // It still stands in its box and comes with the form.
      show(box, file.name, false);
    }
  }

  sheet.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file][data-upload]")) send(event.target);
  });

  /* ── Pictures dropped on a part ─────────────────────────────────────── */

  function emptyFileBox(part) {
    const boxes = rowsOf(part).querySelectorAll("input[type=file][data-upload]");
    return [...boxes].find((box) => {
      const row = box.closest("[data-row]");
      return !box.files.length && !isFilled(row);
    });
  }

  function take(part, files) {
    for (const file of files) {
      if (!file.type.startsWith("image/")) continue;
      const input = emptyFileBox(part) || addRow(part)?.querySelector("input[type=file][data-upload]");
      if (!input) return;
      const holder = new DataTransfer();
      holder.items.add(file);
      input.files = holder.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  for (const zone of sheet.querySelectorAll("[data-drop]")) {
    const { part } = zone.closest("[data-part]").dataset;
    const many = zone.querySelector("[data-many]");
    many.addEventListener("change", () => {
      take(part, [...many.files]);
      many.value = "";
    });
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("is-over");
      take(part, [...event.dataTransfer.files]);
    });
  }
})();
