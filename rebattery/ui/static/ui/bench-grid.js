// The grid of a bench run: what repair-grid.js does not know of, blocks pasted from a spreadsheet.
(() => {
  "use strict";
  const form = document.getElementById("paste-form");
  const isTyping = (element) => element.matches("input, textarea, select");
  document.querySelectorAll("[data-back]").forEach((field) => { field.value = location.search; });

  // After a paste the page comes anew: one goes on where one was.
  const last = sessionStorage.getItem("bench-cell");
  sessionStorage.removeItem("bench-cell");
  // The browser focuses the scan field while it draws for the first time; it minds being forestalled.
  const focusLast = () => requestAnimationFrame(() => setTimeout(() => document.querySelector(last)?.focus(), 50));
  if (last) window.addEventListener("load", focusLast);

  document.addEventListener("paste", (event) => {
    const cell = document.activeElement.closest?.("[data-grid] [data-cell]");
    if (!form || !cell || cell.closest("[data-locked]")) return;
    const block = event.clipboardData.getData("text/plain");
    // A click opens the field of a cell: what fills more than this cell is a block all the same.
    const field = isTyping(document.activeElement) ? document.activeElement : null;
    if (!block || (field && !/[\t\n\r]/.test(block.trim()))) return;
    event.preventDefault();
    if (field) field.dataset.sent = "no"; // Losing the focus does not save it on the way.
    form.elements.row.value = cell.closest("tr").dataset.rowNumber;
    form.elements.field.value = cell.dataset.cell;
    form.elements.block.value = block;
    sessionStorage.setItem("bench-cell", `#row-${form.elements.row.value} [data-cell="${cell.dataset.cell}"]`);
    form.requestSubmit();
  });

  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    const button = document.querySelector("[data-undo]");
    const isBusy = isTyping(event.target) && event.target.value; // The empty scan field has nothing to take back.
    if (!isUndo || !button || button.disabled || isBusy || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    button.click();
  });
})();
