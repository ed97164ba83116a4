// Mending a file: units that fit the field of a column, a row in detail, undo by key.
(() => {
  "use strict";
  const isTyping = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select");

  // A column's units are those of the field that it is read as.
  const known = document.getElementById("units-of-fields");
  const units = known ? JSON.parse(known.textContent) : {};
  const fit = (fieldSelect, isChange) => {
    const unitSelect = fieldSelect.closest("tr").querySelector("[data-unit]");
    const own = units[fieldSelect.value];
    unitSelect.querySelectorAll("optgroup").forEach((group) => {
      group.hidden = group.label !== own;
      group.disabled = group.label !== own;
    });
    const chosen = unitSelect.selectedOptions[0]?.closest("optgroup");
    if (isChange || (chosen && chosen.disabled)) unitSelect.value = "";
    unitSelect.disabled = fieldSelect.disabled || !own;
    unitSelect.hidden = !own;
  };
  document.querySelectorAll("[data-field]").forEach((select) => fit(select, false));
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-field]")) fit(event.target, true);
  });

  // The number of a row opens what was understood of it.
  const detail = document.getElementById("row-detail");
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-row-detail]");
    if (!link || !detail || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    await htmx.ajax("GET", link.href, { target: detail, swap: "innerHTML" });
    detail.showModal();
    detail.addEventListener("close", () => link.focus(), { once: true });
  });

  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    if (!isUndo || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const button = document.querySelector("[data-undo]");
    if (!button) return;
    event.preventDefault();
    if (!button.disabled) button.click();
  });
})();
