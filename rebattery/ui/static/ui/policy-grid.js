// A decision table that is filled in: Enter and the arrows go along a column, faults mark their fields.
(() => {
  "use strict";
  const grid = document.querySelector("[data-policy-grid]");
  if (!grid) return;
  const STEPS = { Enter: 1, ArrowDown: 1, ArrowUp: -1 };
  const isWritten = (field) => field.matches("input:not([type=checkbox])");

  const beside = (field, step) => {
    const [, number, name] = field.name.match(/^row-(\d+)-(\w+)$/);
    return grid.querySelector(`[name="row-${Number(number) + step}-${name}"]`);
  };

  // Choices keep their arrows: with them one chooses. Enter would send the form by its first button.
  grid.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !field.matches("input")) return;
    if (event.key === "Enter") event.preventDefault();
    if (!(event.key in STEPS) || !isWritten(field)) return;
    event.preventDefault();
    const step = event.key === "Enter" && event.shiftKey ? -1 : STEPS[event.key];
    const next = beside(field, step) || field;
    field.blur(); // What was typed is checked, in the last row too.
    next.focus();
    next.select();
  });

  // The conditions open over what stands below, at the end of a page too.
  grid.addEventListener("toggle", ({ target }) => target.open && target.lastElementChild.scrollIntoView({ block: "nearest" }), true);

  // The answer to a check brings the words; the fields themselves stay as they are, with the focus.
  document.addEventListener("htmx:afterSettle", () => grid.querySelectorAll("[aria-describedby]").forEach((field) => {
    const isBad = document.getElementById(field.getAttribute("aria-describedby"))?.childElementCount;
    if (isBad) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }));
})();
