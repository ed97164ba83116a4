// Forms with data-autosave="URL" post themselves there when a field changes and say when that worked.
document.querySelectorAll("form[data-autosave]").forEach((form) => {
  const said = form.querySelector("[data-autosave-said]");
  const save = async () => {
    said.textContent = "Saving…";
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
      const told = await answer.json();
      said.textContent = told.message;
      if (told.version !== undefined) form.querySelector("[name=draft_version]").value = told.version;
    } catch {
      said.textContent = "Not saved: no connection. Your answers are still on this page.";
    }
  };
  form.addEventListener("change", (event) => { if (event.target.type !== "file") save(); });
});
