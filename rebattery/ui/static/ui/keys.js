// Keys: g + letter goes to a place, data-key presses its element, j/k move in a table, ? shows what works here.
(() => {
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(el.tagName));
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
  let waitingForPlace = false;

  const press = (el) => (/^(INPUT|SELECT|TEXTAREA)$/.test(el.tagName) ? (el.focus(), el.select?.()) : el.click());
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.classList.contains("here"));
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    all.forEach((row) => row.classList.toggle("here", row === next));
    next.scrollIntoView({ block: "nearest" });
  };
  const words = (el) => (el.dataset.keyLabel || el.getAttribute("aria-label") || el.placeholder || el.textContent).trim();
  const showHelp = () => {
    const help = document.getElementById("key-help");
    const list = help.querySelector("dl");
    const lines = [["?", "Show these keys"]];
    if (rows().length) lines.push(["j / k", "Next or previous row"], ["Enter", "Open the row"]);
    document.querySelectorAll("[data-key]").forEach((el) => lines.push([el.dataset.key, words(el)]));
    document.querySelectorAll("[data-go]").forEach((el) => lines.push(["g " + el.dataset.go, words(el)]));
    list.replaceChildren(...lines.flatMap(([key, text]) => {
      const term = document.createElement("dt"), kbd = document.createElement("kbd"), what = document.createElement("dd");
      kbd.textContent = key; term.append(kbd); what.textContent = text;
      return [term, what];
    }));
    help.showModal();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key;
    if (/^F\d+$/.test(key) || !typing(document.activeElement)) {
      if (waitingForPlace) {
        waitingForPlace = false;
        const place = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
        if (place) { event.preventDefault(); place.click(); }
        return;
      }
      const target = document.querySelector(`[data-key="${CSS.escape(key)}"]:not([disabled])`);
      if (target) { event.preventDefault(); press(target); }
      else if (key === "g") { waitingForPlace = true; setTimeout(() => (waitingForPlace = false), 1500); }
      else if (key === "j") move(1);
      else if (key === "k") move(-1);
      else if (key === "?") { event.preventDefault(); showHelp(); }
      else if (key === "Enter" && document.activeElement === document.body) document.querySelector("tr.here a")?.click();
    }
  });
})();
