/* Adds a row to a part of a record's form without a way to the server.

   The button sends the form where scripts do not run; here the part's template is
   copied. Whoever keeps drafts hears of it as of any typing. */

"use strict";

/** Return a fresh row of a part, numbered and counted, or null when it is full. */
function freshRow(prefix) {
  const form = document.querySelector(`template[data-row-of="${prefix}"]`);
  const total = document.getElementsByName(`${prefix}-TOTAL_FORMS`)[0];
  if (!form || !total) return null;
  const most = Number(document.getElementsByName(`${prefix}-MAX_NUM_FORMS`)[0]?.value || 1000);
  if (Number(total.value) >= most + 90) return null;
  const holder = document.createElement("div");
  holder.innerHTML = form.innerHTML.replaceAll("__prefix__", total.value);
  total.value = Number(total.value) + 1;
  const row = holder.firstElementChild;
  document.querySelector(`[data-rows="${prefix}"]`).append(row);
  return row;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.('button[name="press"][value^="add-"]');
  if (!button) return;
  const prefix = button.value.slice("add-".length);
  // Photos come by choosing files.
  if (document.querySelector(`[data-photos="${prefix}"]`)) return;
  const row = freshRow(prefix);
  if (!row) return;
  event.preventDefault();
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  row.dispatchEvent(new Event("input", { bubbles: true }));
});
