/* Pleasanter reviewing where scripts run: notes that fill the box, boxes ticked
   at once, and keys. Every page of review works without it. */

"use strict";

const KEYS_OFF = "review.keys";

/** Return the key as a Latin keyboard has it: most here are set to Thai. */
function keyOf(event) {
  if (event.key.length === 1 && event.key.charCodeAt(0) < 128) return event.key;
  if (event.code === "Slash" && event.shiftKey) return "?";
  return event.shiftKey ? "" : event.code.replace(/^Key/, "").toLowerCase();
}

/** Tell whether the reader is typing, or choosing in a list. */
function isTyping(target) {
  return Boolean(target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"));
}

/** Read whether the keys are off; a browser may keep nothing at all. */
function areOff() {
  try {
    return localStorage.getItem(KEYS_OFF) === "off";
  } catch {
    return false;
  }
}

function turn(off) {
  try {
    if (off) localStorage.setItem(KEYS_OFF, "off");
    else localStorage.removeItem(KEYS_OFF);
  } catch {
    /* Then it holds for this page alone. */
  }
}

/** Go to the next or previous thing: another page, or another row of the queue. */
function step(key) {
  const link = document.querySelector(`a[data-key="${key}"]`);
  if (link) {
    link.click();
    return true;
  }
  const rows = [...document.querySelectorAll("[data-review-list] .queue__name a")];
  if (!rows.length) return false;
  const here = rows.findIndex((each) => each.closest("li").contains(document.activeElement));
  const last = rows.length - 1;
  const place = key === "n" ? Math.min(last, here + 1) : Math.max(0, here - 1);
  rows[here < 0 ? 0 : place].focus();
  return true;
}

/** Put the reader on the button that approves, or into the box that returns. */
function reach(key) {
  const target = key === "a"
    ? document.querySelector("button[data-key=a]")
    : document.querySelector("[data-return] textarea");
  if (!target) return false;
  target.focus();
  target.scrollIntoView({ block: "center" });
  return true;
}

document.addEventListener("DOMContentLoaded", () => {
  const list = document.querySelector("[data-keys]");
  const toggle = list?.querySelector("[data-keys-toggle]");
  let off = areOff();

  function show() {
    if (!toggle) return;
    toggle.textContent = off ? toggle.dataset.turnOn : toggle.dataset.turnOff;
  }

  toggle?.addEventListener("click", () => {
    off = !off;
    turn(off);
    show();
    announce(off ? list.dataset.off : list.dataset.on);
  });
  show();

  document.addEventListener("keydown", (event) => {
    if (off || !list || event.repeat) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const key = keyOf(event);
    let done = false;
    if (key === "?") {
      list.open = !list.open;
      if (list.open) list.querySelector("summary").focus();
      done = true;
    } else if (key === "n" || key === "p") done = step(key);
    else if (key === "a" || key === "r") done = reach(key);
    if (done) event.preventDefault();
  });

  // A note that is chosen goes into the box, where it can be written on.
  const form = document.querySelector("[data-return]");
  const notes = form?.querySelector("select");
  const box = form?.querySelector("textarea");
  notes?.addEventListener("change", () => {
    const text = notes.selectedOptions[0]?.dataset.text;
    if (!text) return;
    if (!box.value.includes(text)) box.value = box.value.trim() ? `${box.value.trim()}\n${text}` : text;
    notes.value = "";
    box.focus();
  });

  const all = document.querySelector("[data-choose-all]");
  all?.addEventListener("change", () => {
    for (const each of document.querySelectorAll("[name=chosen]")) each.checked = all.checked;
  });
});
