/* A calendar of the Buddhist era beside every `input[data-be-date]`.

   The field stays an ordinary one: without scripts people type day/month/year,
   and the server reads it. With scripts a button opens a dialog that follows the
   date picker dialog of the ARIA Authoring Practices. Everything hangs on the
   document, so fields that arrive later (htmx, inlines of the admin) need no
   more than their button, and clones of fields work at once. */

"use strict";

(() => {
  const ERA = 543;
  const DAY = 86400000;
  const FIRST_YEAR = 1900;
  const LAST_YEAR = 2200;
  const THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙";
  const english = document.documentElement.lang.startsWith("en");
  const locale = english ? "en-GB" : "th-TH-u-ca-buddhist-nu-latn";
  const words = english
    ? {
      choose: "Choose a date", change: "Change the date", calendar: "Calendar",
      previousYear: "Previous year", previousMonth: "Previous month",
      nextMonth: "Next month", nextYear: "Next year",
      today: "Today", close: "Close",
    }
    : {
      choose: "เลือกวันที่", change: "เปลี่ยนวันที่", calendar: "ปฏิทิน",
      previousYear: "ปีก่อน", previousMonth: "เดือนก่อน",
      nextMonth: "เดือนถัดไป", nextYear: "ปีถัดไป",
      today: "วันนี้", close: "ปิด",
    };

  /* ── Days: moments at midnight UTC, so that no time zone shifts them ── */

  const day = (year, month, date) => new Date(Date.UTC(year, month, date));
  const plus = (moment, days) => new Date(moment.getTime() + days * DAY);
  const same = (one, other) => Boolean(one && other) && one.getTime() === other.getTime();

  function today() {
    const now = new Date();
    return day(now.getFullYear(), now.getMonth(), now.getDate());
  }

  /** The same day of another month, or that month's last day. */
  function plusMonths(moment, months) {
    const first = day(moment.getUTCFullYear(), moment.getUTCMonth() + months, 1);
    const year = first.getUTCFullYear();
    const month = first.getUTCMonth();
    const last = day(year, month + 1, 0).getUTCDate();
    return day(year, month, Math.min(moment.getUTCDate(), last));
  }

  function within(moment) {
    const year = moment.getUTCFullYear();
    return year >= FIRST_YEAR && year <= LAST_YEAR;
  }

  /** The year of the Buddhist era; before 2484 it began in April. */
  function beYear(moment) {
    const year = moment.getUTCFullYear() + ERA;
    return year >= 2484 || moment.getUTCMonth() > 2 ? year : year - 1;
  }

  function written(moment) {
    const two = (number) => String(number).padStart(2, "0");
    return `${two(moment.getUTCDate())}/${two(moment.getUTCMonth() + 1)}/${beYear(moment)}`;
  }

  /** The day a field holds, if it is plain day/month/year. */
  function read(text) {
    const plain = text.replace(/[๐-๙]/g, (digit) => THAI_DIGITS.indexOf(digit)).trim();
    const parts = plain.match(/^(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})$/)
      || plain.match(/^(\d{2})(\d{2})(\d{4})$/);
    if (!parts) return null;
    const [date, month, year] = parts.slice(1).map(Number);
    const shift = year < 2484 && month < 4 ? ERA - 1 : ERA;
    const moment = day(year - shift, month - 1, date);
    const exists = moment.getUTCDate() === date && moment.getUTCMonth() === month - 1;
    return exists && beYear(moment) === year && within(moment) ? moment : null;
  }

  const format = (options) => {
    const formatter = new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
    return (moment) => formatter.format(moment);
  };
  const weekday = format({ weekday: "long" });
  const weekdayShort = format({ weekday: english ? "short" : "narrow" });
  const monthName = format({ month: "long" });

  function monthTitle(moment) {
    return english
      ? `${monthName(moment)} ${moment.getUTCFullYear()} (B.E. ${beYear(moment)})`
      : `${monthName(moment)} ${beYear(moment)}`;
  }

  function spoken(moment) {
    const rest = `${moment.getUTCDate()} ${monthTitle(moment)}`;
    return english ? `${weekday(moment)}, ${rest}` : `${weekday(moment)}ที่ ${rest}`;
  }

  /* ── Parts ── */

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function icon(path) {
    const namespace = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(namespace, "svg");
    const line = document.createElementNS(namespace, "path");
    const attributes = {
      viewBox: "0 0 24 24", width: "20", height: "20", fill: "none",
      stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round",
      "stroke-linejoin": "round", "aria-hidden": "true", focusable: "false",
    };
    for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  const ICONS = {
    calendar: "M8 2v4M16 2v4M3 10h18M5 4h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z",
    previousYear: "m11 17-5-5 5-5M18 17l-5-5 5-5",
    previousMonth: "m15 18-6-6 6-6",
    nextMonth: "m9 18 6-6-6-6",
    nextYear: "m6 17 5-5-5-5M13 17l5-5-5-5",
  };

  function step(name) {
    return element("button",
      { type: "button", class: "be-calendar__step", "data-step": name, "aria-label": words[name] },
      icon(ICONS[name]));
  }

  /* ── The one dialog, made when first opened ── */

  let dialog, title, grid, field, button, shown, chosen;

  function build() {
    title = element("h2", { id: "be-calendar-title", class: "be-calendar__title", "aria-live": "polite" });
    grid = element("table", { role: "grid", class: "be-calendar__grid", "aria-labelledby": title.id });
    dialog = element("dialog", { class: "be-calendar", "aria-label": words.choose },
      element("div", { class: "be-calendar__head" },
        step("previousYear"), step("previousMonth"), title, step("nextMonth"), step("nextYear")),
      grid,
      element("div", { class: "be-calendar__foot" },
        element("button", { type: "button", class: "be-calendar__plain", "data-step": "today" }, words.today),
        element("button", { type: "button", class: "be-calendar__plain", "data-step": "close" }, words.close)));
    dialog.addEventListener("click", clicked);
    grid.addEventListener("keydown", pressed);
    dialog.addEventListener("close", () => button?.focus());
    document.body.append(dialog);
  }

  /** Draw the month of `shown`; weeks begin on Sunday, as on Thai calendars. */
  function draw() {
    const first = day(shown.getUTCFullYear(), shown.getUTCMonth(), 1);
    const sunday = plus(first, -first.getUTCDay());
    title.textContent = monthTitle(shown);

    const names = element("tr");
    for (let column = 0; column < 7; column += 1) {
      const name = plus(sunday, column);
      names.append(element("th", { scope: "col", abbr: weekday(name) }, weekdayShort(name)));
    }
    const weeks = element("tbody");
    for (let start = sunday; start < plusMonths(first, 1); start = plus(start, 7)) {
      const week = element("tr");
      for (let column = 0; column < 7; column += 1) week.append(cell(plus(start, column)));
      weeks.append(week);
    }
    grid.replaceChildren(element("thead", {}, names), weeks);
  }

  function cell(moment) {
    if (moment.getUTCMonth() !== shown.getUTCMonth()) return element("td");
    const made = element("td", {
      role: "gridcell",
      class: "be-calendar__day",
      tabindex: same(moment, shown) ? "0" : "-1",
      "aria-selected": String(same(moment, chosen)),
      "aria-label": spoken(moment),
      "data-day": moment.getTime(),
    }, String(moment.getUTCDate()));
    if (same(moment, today())) made.setAttribute("aria-current", "date");
    return made;
  }

  /** Show the month of a day; with `focus` put the keyboard on the day. */
  function show(moment, focus) {
    if (!within(moment)) return;
    shown = moment;
    draw();
    if (focus) grid.querySelector("[tabindex='0']").focus();
  }

  function open(from) {
    if (!dialog) build();
    button = from;
    field = button.parentElement.querySelector("input[data-be-date]");
    chosen = read(field.value);
    shown = chosen || today();
    draw();
    dialog.showModal();
    grid.querySelector("[tabindex='0']").focus();
  }

  function choose(moment) {
    field.value = written(moment);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    dialog.close();
  }

  const STEPS = {
    previousYear: () => show(plusMonths(shown, -12)),
    previousMonth: () => show(plusMonths(shown, -1)),
    nextMonth: () => show(plusMonths(shown, 1)),
    nextYear: () => show(plusMonths(shown, 12)),
    today: () => show(today(), true),
    close: () => dialog.close(),
  };

  function clicked(event) {
    const chosenDay = event.target.closest("[data-day]");
    if (chosenDay) choose(new Date(Number(chosenDay.dataset.day)));
    const named = event.target.closest("[data-step]");
    if (named) STEPS[named.dataset.step]();
    // The dialog itself is hit only beside what it holds: on the backdrop.
    if (event.target === dialog) dialog.close();
  }

  function pressed(event) {
    const leap = event.shiftKey ? 12 : 1;
    const moves = {
      ArrowLeft: () => plus(shown, -1),
      ArrowRight: () => plus(shown, 1),
      ArrowUp: () => plus(shown, -7),
      ArrowDown: () => plus(shown, 7),
      Home: () => plus(shown, -shown.getUTCDay()),
      End: () => plus(shown, 6 - shown.getUTCDay()),
      PageUp: () => plusMonths(shown, -leap),
      PageDown: () => plusMonths(shown, leap),
    };
    if (event.key in moves) show(moves[event.key](), true);
    else if (event.key === "Enter" || event.key === " ") choose(shown);
    else return;
    event.preventDefault();
  }

  /* ── Fields ── */

  function labelOf(input) {
    const label = input.labels?.[0];
    return label ? label.textContent.trim().replace(/\s+/g, " ").replace(/:$/, "") : "";
  }

  /** Say on the button what it does, and for which field. */
  function name(opener, input) {
    const value = read(input.value);
    const does = value ? `${words.change} (${spoken(value)})` : words.choose;
    const label = labelOf(input);
    opener.setAttribute("aria-label", label ? `${label}: ${does}` : does);
  }

  function dress(input) {
    if (input.closest(".be-date") || input.disabled || input.readOnly) return;
    const hadFocus = document.activeElement === input;
    const opener = element("button",
      { type: "button", class: "be-date__button", "aria-haspopup": "dialog" },
      icon(ICONS.calendar));
    const frame = element("span", { class: "be-date" });
    input.replaceWith(frame);
    frame.append(input, opener);
    name(opener, input);
    if (hadFocus) input.focus();
  }

  function dressAll(root) {
    root.querySelectorAll("input[data-be-date]").forEach(dress);
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.(".be-date__button");
    if (opener) open(opener);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.(".be-date input[data-be-date]")) return;
    const value = read(event.target.value);
    if (value) event.target.value = written(value);
    name(event.target.parentElement.querySelector(".be-date__button"), event.target);
  });
  // New rows of the admin's inlines, and what htmx brings.
  document.addEventListener("formset:added", (event) => dressAll(event.target));
  document.addEventListener("htmx:load", (event) => dressAll(event.target));

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", () => dressAll(document));
  } else {
    dressAll(document);
  }
})();
