// Forms with data-autosave post themselves when a field changes: one request at a time, the newest state
// last. The answer is plain text for refusals; a lost connection is said and tried again.
(() => {
  "use strict";
  const RETRY_MS = 5000;
  const states = new WeakMap();

  const show = (form, text, isBad) => form.querySelectorAll("[data-save-state]").forEach((place) => {
    place.textContent = text;
    place.toggleAttribute("data-bad", isBad);
  });

  const send = async (form) => {
    const body = new FormData(form);
    form.querySelectorAll("input[type=file]").forEach((input) => body.delete(input.name));
    const answer = await fetch(form.dataset.autosave || form.action, { method: "POST", body, headers: { "X-Autosave": "1" } });
    const isText = answer.headers.get("Content-Type")?.startsWith("text/plain");
    const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    if (answer.ok) show(form, `Saved ${time}`, false);
    else show(form, `Not saved. ${isText ? await answer.text() : "Reload the page and look again."}`, true);
  };

  const save = async (form) => {
    const state = states.get(form) || { isBusy: false, isDirty: false };
    states.set(form, state);
    state.isDirty = true;
    if (state.isBusy) return;
    state.isBusy = true;
    while (state.isDirty) {
      state.isDirty = false;
      try {
        await send(form);
      } catch {
        show(form, "Not saved: no connection. Trying again.", true);
        await new Promise((resume) => setTimeout(resume, RETRY_MS));
        state.isDirty = true;
      }
    }
    state.isBusy = false;
  };

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-autosave") && event.target.type !== "file") save(form);
  });
})();
