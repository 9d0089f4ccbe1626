/* Suggestions under a search box while somebody types.

   The box is an ordinary one in an ordinary form; here it becomes a combobox as ARIA 1.2
   has it: the focus stays in the box, arrows walk through the list, Enter takes what is
   marked or else searches for what is typed, Escape closes the list. */

"use strict";

(() => {
  const PAUSE = 150;
  const SHORTEST = 2;
  let lists = 0;

  /** Return a text with the parts that were typed in <mark>. */
  function shown(text, marks) {
    const line = document.createElement("span");
    let at = 0;
    for (const [start, end] of marks) {
      const part = document.createElement("mark");
      part.textContent = text.slice(start, end);
      line.append(text.slice(at, start), part);
      at = end;
    }
    line.append(text.slice(at));
    return line;
  }

  function dress(box) {
    if (box.dataset.dressed) return;
    box.dataset.dressed = "yes";
    const list = document.createElement("ul");
    list.id = `suggestions-${(lists += 1)}`;
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.dataset.suggestLabel);
    const said = document.createElement("span");
    said.className = "sr";
    said.setAttribute("role", "status");
    box.closest(".search").append(list, said);
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-expanded", "false");

    let timer = 0;
    let asking = null;
    let current = -1;

    function close() {
      clearTimeout(timer);
      asking?.abort();
      list.hidden = true;
      current = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    }

    function open(found) {
      list.replaceChildren(...found.map((each, number) => {
        const line = document.createElement("li");
        line.id = `${list.id}-${number}`;
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", "false");
        line.dataset.url = each.url;
        line.dataset.text = each.text;
        line.append(shown(each.text, each.marks));
        if (each.kind) {
          const kind = document.createElement("small");
          kind.textContent = each.kind;
          line.append(" ", kind);
          line.dataset.leads = "yes";
        }
        return line;
      }));
      current = -1;
      box.removeAttribute("aria-activedescendant");
      list.hidden = !found.length;
      box.setAttribute("aria-expanded", String(Boolean(found.length)));
      said.textContent = found.length
        ? box.dataset.suggestCount.replace("{n}", found.length) : "";
    }

    async function ask() {
      asking?.abort();
      const text = box.value.trim();
      if ([...text].length < SHORTEST) {
        close();
        return;
      }
      const running = asking = new AbortController();
      const address = new URL(box.dataset.suggest, location.href);
      address.searchParams.set("q", text);
      try {
        const answer = await fetch(address, {
          signal: running.signal, headers: { Accept: "application/json" },
        });
        if (!answer.ok) return;
        const { suggestions } = await answer.json();
        if (box.value.trim() === text && document.activeElement === box) open(suggestions);
      } catch {
        /* Typed on, or offline: the box searches as ever. */
      }
    }

    function walk(to) {
      const lines = [...list.children];
      if (list.hidden || !lines.length) return;
      lines[current]?.setAttribute("aria-selected", "false");
      current = (to + lines.length + 1) % (lines.length + 1);
      const line = lines[current];
      if (!line) {
        // Between the last and the first stands what is typed.
        current = -1;
        box.removeAttribute("aria-activedescendant");
        return;
      }
      line.setAttribute("aria-selected", "true");
      line.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", line.id);
    }

    function take(line) {
      close();
      if (line.dataset.leads) {
        location.assign(line.dataset.url);
        return;
      }
      box.value = line.dataset.text;
      box.form.requestSubmit();
    }

    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown") {
        event.preventDefault();
        if (list.hidden) ask();
        else walk(current + 1);
      } else if (event.key === "ArrowUp") {
        event.preventDefault();
        walk(current < 0 ? list.children.length - 1 : current - 1);
      } else if (event.key === "Enter" && current >= 0) {
        event.preventDefault();
        take(list.children[current]);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if (event.key === "Enter") {
        close();
      }
    });
    // The box keeps the focus while a line is pressed.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const line = event.target.closest("[role=option]");
      if (line) take(line);
    });
    box.addEventListener("blur", close);
    box.form.addEventListener("submit", close);
  }

  for (const box of document.querySelectorAll("input[data-suggest]")) dress(box);
})();
