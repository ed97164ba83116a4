// Menus and dialogs are <details>: Escape or a click elsewhere closes them, opening one focuses its first field.
(() => {
  const open = () => document.querySelectorAll("details.menu[open], details[data-dialog][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((el) => { el.open = false; el.querySelector("summary").focus(); });
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((el) => { if (!el.contains(event.target)) el.open = false; });
  });
  document.querySelectorAll("details[data-dialog]").forEach((el) => {
    el.addEventListener("toggle", () => { if (el.open) el.querySelector("input:not([type=hidden]), select, textarea")?.focus(); });
  });
})();
