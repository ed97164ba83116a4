// Keys: data-key="a", "g b" or "Ctrl+Enter" on links, buttons and fields, data-key-also for a second one; j and k for rows; 1, 2, 3 for questions.
(() => {
  "use strict";
  const PAUSE_MS = 80; // A scanner types faster than this: what it types must never press a button.
  const SEQUENCE_MS = 1200;
  const help = document.getElementById("key-help");
  let timer = 0;
  let lastKeyAt = 0;
  let prefix = "";

  const isTyping = (element) => element.matches("input:not([type=radio], [type=checkbox], [type=file]), textarea, select, [contenteditable]");
  const visible = (selector) => [...document.querySelectorAll(selector)].find((element) => element.checkVisibility() && !element.disabled);

  // The link in the head of a row takes the focus, so that Enter opens it; a row without one takes it itself.
  const moveRow = (step) => {
    const rows = [...document.querySelectorAll("[data-rows] tbody tr, [data-row]")];
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + step))];
    if (!row) return;
    row.tabIndex = -1;
    (row.querySelector("th a") || row.querySelector("a, button, input:not([type=hidden])") || row).focus();
  };

  const answer = (number) => {
    const question = document.activeElement.closest("[data-question]");
    question?.querySelectorAll("input[type=radio]")[number - 1]?.click();
    return Boolean(question);
  };

  const showHelp = () => {
    const list = help.querySelector("[data-keys]");
    list.querySelectorAll("[data-from-page]").forEach((item) => item.remove());
    list.querySelectorAll("[data-for]").forEach((item) => { item.hidden = !visible(item.dataset.for); });
    document.querySelectorAll("[data-key]").forEach((element) => {
      if (!element.checkVisibility()) return;
      const name = document.createElement("dt");
      const key = document.createElement("kbd");
      const text = document.createElement("dd");
      key.textContent = element.dataset.key;
      name.append(key);
      text.textContent = element.dataset.keyLabel || element.firstChild.textContent.trim();
      [name, text].forEach((item) => item.setAttribute("data-from-page", ""));
      list.append(name, text);
    });
    help.showModal();
  };

  const focusSearch = () => (visible("[data-search]") || visible("[data-scan] input[name=code]"))?.focus();
  const ACTIONS = { j: () => moveRow(1), k: () => moveRow(-1), "/": focusSearch, "?": showHelp };

  // A key leads into a field and presses everything else.
  const press = (target) => (isTyping(target) ? target.focus() : target.click());
  // Arrows move in lists, choices and boxes that scroll; only elsewhere they are keys of the page.
  const isArrow = (event) => ["ArrowLeft", "ArrowRight"].includes(event.key) && !event.target.closest("input, [role], [data-rows], [tabindex='0'], dialog");

  const run = (key) => {
    const name = prefix ? `${prefix} ${key}` : key;
    prefix = "";
    const target = visible(`[data-key="${CSS.escape(name)}"]`) || visible(`[data-key-also="${CSS.escape(name)}"]`);
    if (target) press(target);
    else if ("123".includes(key) && answer(Number(key))) return;
    else if (document.querySelector(`[data-key^="${CSS.escape(name)} "]`)) {
      prefix = name;
      setTimeout(() => { prefix = ""; }, SEQUENCE_MS);
    } else ACTIONS[name]?.();
  };

  document.addEventListener("keydown", (event) => {
    if (["Shift", "Control", "Meta"].includes(event.key)) return; // It belongs to the key that follows at once.
    clearTimeout(timer);
    const isBurst = event.timeStamp - lastKeyAt < PAUSE_MS;
    lastKeyAt = event.timeStamp;
    if (document.querySelector("dialog[open]") || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { // No scanner sends it, so it counts however fast it follows.
      if (!event.repeat) visible('[data-key="Ctrl+Enter"]')?.click();
      return;
    }
    if (isBurst) return;
    if ((event.key.length !== 1 && !isArrow(event)) || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "/" || event.key === "'") event.preventDefault(); // Firefox would open its search.
    timer = setTimeout(run, PAUSE_MS, event.key);
  });
})();
