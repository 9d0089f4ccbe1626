/* Suggestions for boxes in which a row is chosen by typing.

   The box is an ordinary one with a datalist: without scripts, a name or a code
   is typed and the server finds the row. Everything hangs on the document, so
   rows added to an inline work at once. */

"use strict";

(() => {
  const PAUSE = 200;
  const waiting = new WeakMap();

  /** Return the list of a box; a cloned row's box still names the list it came with. */
  function listOf(box) {
    const list = box.parentElement.querySelector("datalist");
    if (list && box.getAttribute("list") !== list.id) {
      list.id = `${box.id}_choices`;
      box.setAttribute("list", list.id);
    }
    return list;
  }

  /** Fill other fields of the form that follow from the chosen row. */
  function fill(box, values) {
    for (const [name, value] of Object.entries(values || {})) {
      const field = box.form.elements.namedItem(name);
      if (field) field.value = value;
    }
  }

  async function suggest(box) {
    const list = listOf(box);
    const chosen = [...list.options].find((option) => option.value === box.value);
    if (chosen) {
      fill(box, chosen.extra);
      return;
    }
    const address = new URL(box.dataset.pick, location.href);
    address.searchParams.set("term", box.value);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || address.searchParams.get("term") !== box.value) return;
    const { results } = await answer.json();
    list.replaceChildren(
      ...results.map((each) => {
        const option = document.createElement("option");
        option.value = each.text;
        option.extra = each.extra;
        return option;
      }),
    );
  }

  document.addEventListener("input", (event) => {
    const box = event.target.closest?.("input[data-pick]");
    if (!box) return;
    clearTimeout(waiting.get(box));
    waiting.set(box, setTimeout(() => suggest(box).catch(() => {}), PAUSE));
  });
  document.addEventListener("focusin", (event) => {
    const box = event.target.closest?.("input[data-pick]");
    if (box) listOf(box);
  });
})();
