// The reviewer's desk: an opened step waits for words at once, Enter sends them, and an undo that ran out goes.
(() => {
  "use strict";
  const first = (form) => [...form.querySelectorAll("select, textarea, input:not([type=hidden], [type=checkbox])")]
    .find((field) => !field.value) || form.querySelector("textarea");

  document.querySelectorAll("[data-step]").forEach((step) => step.addEventListener("toggle", () => {
    if (step.open) first(step)?.focus();
    else if (step.contains(document.activeElement)) step.querySelector("summary").focus();
  }));

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("[data-step] form");
    if (!form || event.isComposing) return;
    if (event.key === "Escape") form.closest("[data-step]").open = false;
    if (event.key !== "Enter" || event.shiftKey || !event.target.matches("textarea")) return;
    event.preventDefault();
    form.requestSubmit();
  });

  // What can no longer be taken back is not offered.
  document.querySelectorAll("[data-undo-until]").forEach((toast) => {
    setTimeout(() => toast.remove(), Number(toast.dataset.undoUntil) * 1000 + 1500);
  });

  const all = document.querySelector("[data-tick-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => document.querySelectorAll("input[name=cases]:not(:disabled)").forEach((box) => { box.checked = all.checked; }));
  }

  // What a group needs depends on what is ticked: the server counts the same.
  const sample = document.querySelector("[data-sample]");
  const confirm = document.querySelector("[data-sample-button]");
  if (sample && confirm) {
    const whole = { words: sample.innerHTML, disabled: confirm.disabled };
    document.addEventListener("change", (event) => {
      if (!event.target.matches("input[name=cases], [data-tick-all]")) return;
      const ticked = [...document.querySelectorAll("input[name=cases]:checked:not(:disabled)")];
      const opened = ticked.filter((box) => "opened" in box.dataset).length;
      const { least, most, share } = sample.dataset;
      const needed = ticked.length < 2 ? 0 : Math.min(ticked.length, most, Math.max(least, Math.ceil(ticked.length * share)));
      confirm.disabled = ticked.length ? opened < needed : whole.disabled;
      if (confirm.parentElement.matches(".step-blocked")) confirm.parentElement.title = confirm.disabled ? `Open ${needed} of those ticked first.` : "";
      if (ticked.length) sample.textContent = `${ticked.length} ticked: you opened ${opened} of them (✓), ${needed} must be.`;
      else sample.innerHTML = whole.words;
    });
  }

  // The list opens where the open review stands.
  document.querySelector(".desk-queue [aria-current=true]")?.scrollIntoView({ block: "nearest" });
})();
