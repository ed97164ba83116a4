// The grid of a draft: arrows move, Enter or F2 or a click changes a cell in place, n and N find problems.
(() => {
  "use strict";
  const grid = document.querySelector("[data-grid]");
  if (!grid) return;
  const isEditable = grid.hasAttribute("data-editable");
  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  const say = (text, tone) => document.dispatchEvent(new CustomEvent("rb:say", { detail: { text, tone } }));
  const rows = () => [...grid.tBodies[0].rows];
  const cellsOf = (row) => [...row.querySelectorAll("[data-cell]")];
  const cellOf = (element) => element.closest?.("[data-grid] [data-cell]") || null;
  const isOpen = (cell) => isEditable && !cell.closest(".line-dropped, .line-announced, [data-locked]");
  const addressOf = (row) => grid.dataset.grid.replace("/rows/0/", `/rows/${row.dataset.rowNumber}/`);

  const go = (target) => {
    const place = target.matches("[data-cell]") ? target : target.querySelector("a, button");
    grid.querySelectorAll("[data-cell][tabindex='0']").forEach((cell) => { cell.tabIndex = -1; });
    if (place === target) place.tabIndex = 0;
    place.focus();
  };

  const send = async (row, address, values) => {
    const query = new URLSearchParams(location.search);
    const about = {
      shown: rows().map((each) => each.dataset.rowNumber).join(","),
      columns: cellsOf(row).map((each) => each.dataset.cell).join(","),
      show: query.get("show") || "",
      csrfmiddlewaretoken: token(),
    };
    try {
      await htmx.ajax("POST", address, { source: row, target: row, swap: "outerHTML", values: { ...values, ...about } });
    } catch {
      // The row is still in its place: said below.
    }
    const isSaved = !row.isConnected;
    if (!isSaved) say("Not saved: no connection, or the page is too old. Try again or reload.", "error");
    const changed = document.getElementById(row.id);
    if (isSaved && changed) say(changed.dataset.say);
    htmx.trigger(document.body, "rows-changed");
    return isSaved;
  };

  const close = (cell) => {
    cell.querySelector(".cell-input")?.remove();
    cell.classList.remove("editing");
  };

  const save = async (cell, input, isStaying) => {
    if (input.dataset.sent) return;
    if (input.value.trim() === cell.dataset.text.trim()) {
      close(cell);
      if (isStaying) go(cell);
      return;
    }
    input.dataset.sent = "yes";
    input.readOnly = true;
    const row = cell.closest("tr");
    const address = `${addressOf(row)}cells/${cell.dataset.cell}/`;
    const isSaved = await send(row, address, { text: input.value, was: cell.dataset.text });
    if (!isSaved) {
      delete input.dataset.sent;
      input.readOnly = false;
      input.focus();
      return;
    }
    const again = document.getElementById(row.id)?.querySelector(`[data-cell="${cell.dataset.cell}"]`);
    if (again && (isStaying || document.activeElement === document.body)) go(again);
  };

  const edit = (cell) => {
    if (!isOpen(cell) || cell.querySelector(".cell-input")) return;
    const heading = grid.tHead.rows[0].cells[cell.cellIndex];
    const input = document.createElement("input");
    input.className = `cell-input${cell.querySelector(".code") ? " code" : ""}`;
    input.value = cell.dataset.text;
    input.maxLength = 500;
    input.autocomplete = "off";
    input.setAttribute("aria-label", `Row ${cell.closest("tr").dataset.rowNumber}, ${heading.firstChild.textContent.trim()}`);
    cell.classList.add("editing");
    cell.prepend(input);
    input.focus();
    input.select();
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") {
        event.preventDefault();
        event.stopPropagation();
        save(cell, input, true);
      } else if (event.key === "Escape") {
        event.stopPropagation();
        input.dataset.sent = "no"; // Taking the field away blurs it while it still counts as connected.
        close(cell);
        go(cell);
      }
    });
    input.addEventListener("blur", () => { if (input.isConnected) save(cell, input, false); });
  };

  const move = (cell, down, right) => {
    const row = cell.closest("tr");
    const next = rows()[rows().indexOf(row) + down];
    if (down) return next && next.querySelector(`[data-cell="${cell.dataset.cell}"]`);
    return cellsOf(row)[cellsOf(row).indexOf(cell) + right];
  };
  const ARROWS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };

  // Before the scan field of staff hears F2.
  window.addEventListener("keydown", (event) => {
    const cell = event.target instanceof Element ? cellOf(event.target) : null;
    if (!cell || event.target !== cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      event.preventDefault();
      const next = move(cell, ...ARROWS[event.key]);
      if (next) go(next);
    } else if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      event.stopImmediatePropagation();
      edit(cell);
    }
  }, true);

  grid.addEventListener("click", (event) => {
    const use = event.target.closest("[data-use]");
    const cell = cellOf(event.target);
    if (use) {
      edit(cell);
      const input = cell.querySelector(".cell-input");
      input.value = use.dataset.use;
      save(cell, input, true);
      return;
    }
    if (event.target.closest(".cell-mend") && isEditable) event.preventDefault();
    else if (event.target.closest("a, button, input, form")) return;
    if (!cell || cell.querySelector(".cell-input")) return;
    go(cell);
    edit(cell);
  });

  grid.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-row-form]");
    if (!form) return;
    event.preventDefault();
    const row = form.closest("tr");
    await send(row, `${addressOf(row)}choice/`, { do: form.elements.do.value });
    document.getElementById(row.id)?.querySelector("[data-row-form] button")?.focus();
  });

  // Problems: those of this page first, then the page that has the next one.
  const problems = () => [...grid.querySelectorAll("[data-bad], tbody .grid-row:has(.cell-message)")];
  const seek = (event, isForward) => {
    const link = event.target.closest("a");
    const here = document.activeElement.closest("[data-cell], .grid-row") || (grid.contains(document.activeElement) ? document.activeElement : null);
    const wanted = isForward ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
    const found = problems().filter((each) => !here || (each !== here && here.compareDocumentPosition(each) & wanted));
    const target = isForward ? found[0] : found[found.length - 1];
    if (target) {
      event.preventDefault();
      go(target);
    } else if (link.hasAttribute("data-none")) {
      event.preventDefault();
      const isAny = problems().length > 0;
      say(isAny ? `This was the ${isForward ? "last" : "first"} problem.` : "No row has a problem.", "info");
    }
  };
  let lastCell = null; // A click on the link moves the focus away; the search goes on from the last cell.
  grid.addEventListener("focusin", (event) => { lastCell = cellOf(event.target) || event.target; });
  document.addEventListener("click", (event) => {
    const isForward = Boolean(event.target.closest("[data-next-problem]"));
    if (!isForward && !event.target.closest("[data-previous-problem]")) return;
    if (!grid.contains(document.activeElement) && lastCell?.isConnected) lastCell.focus({ preventScroll: true });
    seek(event, isForward);
  });

  const first = grid.querySelector("[data-cell]");
  if (first) first.tabIndex = 0;
  // Once the browser has gone to the address's row itself, which takes the focus away.
  const named = /^#row-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
  const goNamed = () => setTimeout(() => go(named.querySelector("[data-bad]") || named.querySelector("[data-cell]")), 50);
  if (named) window.addEventListener("load", goNamed);
})();
