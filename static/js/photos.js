/* Files of a record's form: sent as soon as they are chosen, so that none is sent
   twice; photos dropped or chosen several at once, and put in order.

   Without scripts the same boxes go with the form. What the server gives back is a
   signed value in a hidden field; the order is in the fields the form has anyway. */

"use strict";

(() => {
  const queue = [];
  let isSending = false;
  /** What was pressed while files were on their way: it goes when they are there. */
  let pressed = null;

  /** Say something to those who cannot see it change. */
  function say(text) {
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

  // --- Sending ------------------------------------------------------------------

  /** Send one file; resolve to the server's answer, or reject with a sentence or "". */
  function send(address, kind, file, token, onProgress) {
    return new Promise((resolve, reject) => {
      const body = new FormData();
      body.append("csrfmiddlewaretoken", token);
      body.append("kind", kind);
      body.append("file", file);
      const request = new XMLHttpRequest();
      request.open("POST", address);
      request.responseType = "json";
      request.timeout = 120000;
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      });
      request.addEventListener("load", () => {
        if (request.status === 200 && request.response?.value) resolve(request.response);
        else reject(new Error(request.response?.error || ""));
      });
      for (const failure of ["error", "timeout", "abort"]) {
        request.addEventListener(failure, () => reject(new Error("")));
      }
      request.send(body);
    });
  }

  /** Send files one after the other: the server draws each anew. */
  async function work() {
    if (isSending) return;
    isSending = true;
    while (queue.length) await queue.shift()();
    isSending = false;
    if (pressed) {
      const { form, button } = pressed;
      pressed = null;
      form.requestSubmit(button);
    }
  }

  function tokenOf(element) {
    return element.closest("form").elements.namedItem("csrfmiddlewaretoken").value;
  }

  // --- One box --------------------------------------------------------------------

  /** Put what the server kept into a box, in place of what was there. */
  function keep(box, input, answer) {
    box.querySelector("[data-upload-kept]")?.remove();
    box.querySelector(".upload__error")?.remove();
    const kept = document.createElement("span");
    kept.className = "upload__kept";
    kept.dataset.uploadKept = "";
    const value = document.createElement("input");
    value.type = "hidden";
    value.name = `${input.name}-kept`;
    value.value = answer.value;
    kept.append(value);
    if (answer.thumbnail) {
      const shown = document.createElement("img");
      shown.className = "upload__shown";
      shown.src = answer.thumbnail;
      shown.alt = box.dataset.saidShown;
      shown.width = shown.height = 120;
      shown.dataset.grip = "";
      shown.draggable = true;
      kept.append(shown);
    }
    const said = document.createElement("span");
    said.className = "upload__said";
    said.textContent = `${answer.name} – ${box.dataset.saidKept}`;
    const label = document.createElement("label");
    label.className = "upload__drop";
    const drop = document.createElement("input");
    drop.type = "checkbox";
    drop.name = `${input.name}-drop`;
    label.append(drop, ` ${box.dataset.saidDrop}`);
    kept.append(said, label);
    box.append(kept);
    input.value = "";
    input.removeAttribute("aria-invalid");
    value.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function refuse(box, input, sentence) {
    box.querySelector(".upload__error")?.remove();
    const error = document.createElement("span");
    error.className = "upload__error errorlist";
    error.setAttribute("role", "alert");
    error.textContent = sentence || box.dataset.saidFailed;
    box.append(error);
    // What was refused is not sent a second time; what got lost goes with the form.
    if (sentence) input.value = "";
  }

  function progressIn(box) {
    const bar = document.createElement("progress");
    bar.className = "upload__bar";
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", box.dataset.saidSending);
    box.append(bar);
    return bar;
  }

  /** Send a file from a box; resolve to null when it is kept, else to a sentence or "". */
  async function sendFrom(input, file) {
    const box = input.closest("[data-upload-box]");
    const bar = progressIn(box);
    try {
      const answer = await send(
        input.dataset.uploadTo, input.dataset.upload, file, tokenOf(input),
        (share) => { bar.value = share; },
      );
      keep(box, input, answer);
      return null;
    } catch (error) {
      return error.message;
    } finally {
      bar.remove();
    }
  }

  document.addEventListener("change", (event) => {
    const input = event.target.closest?.("input[type=file][data-upload-to]");
    const file = input?.files[0];
    if (!file) return;
    const box = input.closest("[data-upload-box]");
    say(box.dataset.saidSending);
    queue.push(async () => {
      const refusal = await sendFrom(input, file);
      if (refusal !== null) refuse(box, input, refusal);
      else {
        say(box.dataset.saidKept);
        input.closest("[data-row].photo")?.classList.remove("photo--new");
      }
    });
    work();
  });

  document.addEventListener("submit", (event) => {
    if (!isSending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed = { form: event.target, button: event.submitter };
    say(document.querySelector("[data-photos]")?.dataset.saidWait || "");
  }, true);

  // --- Photos ---------------------------------------------------------------------

  const rowsOf = (part) => [...part.querySelectorAll("[data-rows] > [data-row]")];
  const isShown = (row) => !row.classList.contains("photo--new");
  const isLeaving = (row) => Boolean(row.querySelector('input[name$="-DELETE"]')?.checked);

  /** Number the rows as they stand, and name their places. */
  function number(part) {
    const shown = rowsOf(part).filter(isShown);
    shown.forEach((row, index) => {
      const place = row.querySelector('input[name$="-position"]');
      if (place) place.value = index + 1;
      row.querySelector("[data-place]").textContent = part.dataset.saidPlace
        .replace("{place}", index + 1)
        .replace("{count}", shown.length);
      row.querySelector('[data-move="-1"]').disabled = index === 0;
      row.querySelector('[data-move="1"]').disabled = index === shown.length - 1;
    });
    return shown;
  }

  function complain(part, sentence) {
    const line = document.createElement("li");
    line.textContent = sentence;
    part.querySelector("[data-photos-errors]").append(line);
  }

  /** Take files into the part, as far as there is room. */
  function take(part, files) {
    part.querySelector("[data-photos-errors]").replaceChildren();
    const prefix = part.dataset.photos;
    const here = rowsOf(part).filter((row) => isShown(row) && !isLeaving(row)).length;
    const room = Math.max(0, Number(part.dataset.most) - here);
    if (files.length > room) complain(part, part.dataset.saidFull);
    for (const file of [...files].slice(0, room)) {
      // The empty rows of the form first: they are counted already.
      const row = rowsOf(part).find((each) => !isShown(each) && !each.dataset.taken)
        || freshRow(prefix);
      if (!row) return;
      row.dataset.taken = "yes";
      row.parentElement.append(row);
      row.classList.remove("photo--new");
      row.classList.add("photo--sending");
      const input = row.querySelector("input[type=file]");
      input.dataset.uploadTo ||= part.dataset.uploadTo;
      queue.push(async () => {
        const refusal = await sendFrom(input, file);
        row.classList.remove("photo--sending");
        if (refusal !== null) {
          complain(part, `${file.name}: ${refusal || part.dataset.saidFailed}`);
          row.remove();
        } else {
          say(part.dataset.saidDone);
        }
        number(part);
      });
    }
    number(part);
    work();
  }

  /** Move a row by so many places and say where it stands. */
  function move(row, by) {
    const part = row.closest("[data-photos]");
    const shown = rowsOf(part).filter(isShown);
    const target = shown[shown.indexOf(row) + by];
    if (!target) return;
    if (by < 0) target.before(row);
    else target.after(row);
    number(part);
    say(row.querySelector("[data-place]").textContent);
    row.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-photos] [data-move]");
    if (!button) return;
    move(button.closest("[data-row]"), Number(button.dataset.move));
    // At the end of the list a button goes grey; the other one takes over.
    if (button.disabled) {
      button.closest("[data-row]").querySelector("[data-move]:not(:disabled)")?.focus();
    } else button.focus();
  });

  document.addEventListener("change", (event) => {
    const chosen = event.target.closest?.("[data-choose]");
    if (chosen) {
      take(chosen.closest("[data-photos]"), chosen.files);
      chosen.value = "";
      return;
    }
    // One photo is the main one.
    const main = event.target.closest?.('[data-photos] input[name$="-is_main"]');
    if (!main?.checked) return;
    for (const other of main.closest("[data-photos]").querySelectorAll('input[name$="-is_main"]')) {
      if (other !== main) other.checked = false;
    }
  });

  // --- Dragging -------------------------------------------------------------------

  let dragged = null;

  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

  document.addEventListener("dragstart", (event) => {
    const grip = event.target.closest?.("[data-photos] [data-grip]");
    if (!grip) return;
    dragged = grip.closest("[data-row]");
    dragged.classList.add("photo--dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "photo");
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("photo--dragged");
    dragged = null;
  });
  document.addEventListener("dragover", (event) => {
    const part = event.target.closest?.("[data-photos]");
    if (part && (hasFiles(event) || dragged)) {
      event.preventDefault();
      part.querySelector("[data-drop]").classList.toggle("is-over", hasFiles(event));
    } else if (hasFiles(event)) {
      // A file dropped beside the part would replace the page, and what was typed.
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    }
  });
  document.addEventListener("dragleave", (event) => {
    event.target.closest?.("[data-drop]")?.classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    const part = event.target.closest?.("[data-photos]");
    if (hasFiles(event)) {
      event.preventDefault();
      part?.querySelector("[data-drop]").classList.remove("is-over");
      if (part) take(part, event.dataTransfer.files);
      return;
    }
    const over = event.target.closest?.("[data-photos] [data-row]");
    if (!dragged || !over || over.closest("[data-photos]") !== part) return;
    event.preventDefault();
    const shown = rowsOf(part).filter(isShown);
    move(dragged, shown.indexOf(over) - shown.indexOf(dragged));
  });

  for (const part of document.querySelectorAll("[data-photos]")) {
    for (const row of rowsOf(part)) {
      // A row that came back with a file or an error is one to look at.
      if (row.querySelector("[data-upload-kept], .errorlist li, .field--bad")) {
        row.classList.remove("photo--new");
      }
    }
    number(part);
    const more = document.querySelector(`button[name="press"][value="add-${part.dataset.photos}"]`);
    if (more) more.hidden = true;
  }
})();
