/* Names for the parts that Select2 draws, which carry none of their own. */

"use strict";

/** Return what a select is called: its own label, or the one beside it. */
function nameOf(select) {
  const label = select.labels?.[0];
  return select.getAttribute("aria-label") || label?.textContent.trim().replace(/:$/, "") || "";
}

/** Name every drawn box after the select it stands for. */
function nameBoxes() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const name = nameOf(select);
    const box = select.nextElementSibling?.querySelector(".select2-selection");
    if (!name || !box || box.dataset.named) continue;
    const shown = box.querySelector(".select2-selection__rendered");
    box.dataset.named = "true";
    box.removeAttribute("aria-labelledby");
    // What is chosen belongs to the name, as with a select of the browser.
    const tell = () => {
      const chosen = shown?.getAttribute("title") || "";
      box.setAttribute("aria-label", chosen ? `${name}: ${chosen}` : name);
      shown?.setAttribute("aria-label", name);
    };
    tell();
    // A combobox says what it opens; Select2 says it the old way only.
    box.setAttribute("aria-controls", `select2-${select.id}-results`);
    if (shown) new MutationObserver(tell).observe(shown, { childList: true });
  }
}

window.addEventListener("load", nameBoxes);
document.addEventListener("formset:added", () => setTimeout(nameBoxes));

document.addEventListener("focusin", (event) => {
  const field = event.target;
  if (!field.matches?.(".select2-search__field")) return;
  const open = document.querySelector(".select2-container--open")?.previousElementSibling;
  if (open) field.setAttribute("aria-label", nameOf(open));
});

/* Who adds a row goes on in it; Django leaves the keyboard behind, at the button. */
document.addEventListener("formset:added", (event) => {
  event.target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
});
