/* A spreadsheet dropped on the form, instead of chosen in a box. */

"use strict";

(() => {
  for (const zone of document.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    const said = zone.querySelector("[data-drop-said]");
    let depth = 0;

    const mark = (change) => {
      depth = Math.max(0, depth + change);
      zone.classList.toggle("is-over", depth > 0);
    };

    zone.addEventListener("dragenter", (event) => { event.preventDefault(); mark(1); });
    zone.addEventListener("dragleave", () => mark(-1));
    zone.addEventListener("dragover", (event) => event.preventDefault());
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      depth = 0;
      mark(0);
      if (!event.dataTransfer.files.length) return;
      const one = new DataTransfer();
      one.items.add(event.dataTransfer.files[0]);
      input.files = one.files;
      said.textContent = `${zone.dataset.said} ${input.files[0].name}`;
    });
  }
})();
