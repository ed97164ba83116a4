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

  // What is not saved is not left behind without a question; Cancel is the answer already.
  const form = grid.closest("form");
  let isTouched = false;
  let isLeaving = false;
  form.addEventListener("input", () => { isTouched = true; });
  form.addEventListener("submit", () => { isLeaving = true; });
  form.addEventListener("click", (event) => { isLeaving ||= Boolean(event.target.closest("[data-cancel]")); });
  window.addEventListener("pageshow", () => { isLeaving = false; });
  window.addEventListener("beforeunload", (event) => {
    const isUnsaved = isTouched || document.querySelector("#table-checks[data-unsaved]");
    if (isUnsaved && !isLeaving && form.hasAttribute("data-is-mine")) event.preventDefault();
  });

  // The answer to a check brings the words; the fields themselves stay as they are, with the focus.
  document.addEventListener("htmx:afterSettle", () => {
    isTouched = false;
    grid.querySelectorAll("[aria-describedby]").forEach((field) => {
      const isBad = document.getElementById(field.getAttribute("aria-describedby"))?.childElementCount;
      if (isBad) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    });
  });
  ["htmx:sendError", "htmx:responseError"].forEach((name) => form.addEventListener(name, () => {
    const text = "Not checked: no answer from the server. What you typed is still here.";
    document.dispatchEvent(new CustomEvent("rb:say", { detail: { text, tone: "warning" } }));
  }));
})();
