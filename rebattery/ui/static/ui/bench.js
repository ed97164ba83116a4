// A pack at the bench: Enter goes on, a scanned instrument is chosen, channels follow their instrument.
(() => {
  "use strict";
  const say = (text, tone) => document.dispatchEvent(new CustomEvent("rb:say", { detail: { text, tone } }));
  const forms = () => [...document.querySelectorAll("[data-bench-form]")];

  // Only the channels of the instrument that is chosen; the server checks it all the same.
  const fit = (form) => {
    const instrument = form.querySelector("[name$=instrument_id]");
    const channel = form.querySelector("[name$=channel_id]");
    if (!instrument || !channel) return;
    const code = instrument.selectedOptions[0]?.dataset.code || "";
    channel.querySelectorAll("optgroup").forEach((group) => {
      group.hidden = Boolean(code) && group.label !== code;
      group.disabled = group.hidden;
    });
    const own = channel.selectedOptions[0]?.parentElement;
    if (own?.matches("optgroup[hidden]")) channel.value = "";
  };
  const fitAll = () => forms().forEach(fit);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-bench-form] [name$=instrument_id]")) fit(event.target.form);
  }, true);
  document.addEventListener("htmx:afterSwap", fitAll);
  fitAll();

  // Enter goes to the next field; Ctrl+Enter records the test that one is in.
  const stops = (form) => [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button")].filter(
    (each) => each.checkVisibility() && !each.disabled && (each.type !== "radio" || each.checked || !form.querySelector(`[name="${each.name}"]:checked`)),
  );
  const next = (element) => {
    const all = stops(element.form);
    const rest = all.slice(all.indexOf(element) + 1);
    const target = rest.find((each) => each.name !== element.name || element.type !== "radio");
    target?.focus();
    if (target?.matches("input:not([type=radio], [type=checkbox])")) target.select();
  };
  window.addEventListener("keydown", (event) => {
    const element = event.target;
    if (event.key !== "Enter" || event.isComposing || !(element instanceof Element)) return;
    const form = element.closest("[data-bench-form]");
    if (!form) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      event.stopImmediatePropagation();
      form.requestSubmit(form.querySelector("[name=then]"));
    } else if (element.matches("input, select")) {
      event.preventDefault();
      next(element);
    }
  });

  // A scanned code that is an instrument's chooses it, where the focus is or in every test that offers it.
  document.addEventListener("submit", (event) => {
    const field = event.target.matches("form[data-scan=page]") && event.target.elements.code;
    const code = field ? field.value.trim().toLowerCase() : "";
    const here = document.activeElement.closest?.("[data-bench-form]");
    const found = (here ? [here] : forms()).flatMap((form) => [...form.querySelectorAll("option[data-code]")])
      .filter((option) => option.dataset.code.toLowerCase() === code);
    if (!code || !found.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    field.value = "";
    const free = found.filter((option) => !option.disabled);
    if (!free.length) {
      say(`Cannot be chosen: ${found[0].textContent}.`, "error");
      return;
    }
    free.forEach((option) => {
      const select = option.closest("select");
      select.value = option.value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    });
    say(`${free[0].textContent} is chosen.`, "success");
  }, true);
})();
