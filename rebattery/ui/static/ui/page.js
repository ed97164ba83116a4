// The page itself: announcements, toasts, menus, dialogs. Other scripts send the event "rb:say".
(() => {
  "use strict";
  document.documentElement.classList.add("has-script");

  document.addEventListener("rb:say", ({ detail: { text, tone } }) => {
    if (!tone) {
      document.querySelector("[data-announce]").textContent = text;
      return;
    }
    const toast = document.createElement("div");
    toast.className = `notice notice-${tone}`;
    toast.setAttribute("role", tone === "error" ? "alert" : "status");
    toast.textContent = text;
    document.querySelector("[data-toasts]").append(toast);
    if (tone !== "error") setTimeout(() => toast.remove(), 8000);
    else toast.addEventListener("click", () => toast.remove());
  });

  // Menus close by a click elsewhere and by Escape.
  const closeMenus = (except) => document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  // A popover works without script; with it the dialog becomes modal.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[popovertarget]");
    const dialog = button && document.getElementById(button.getAttribute("popovertarget"));
    if (!(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    dialog.removeAttribute("popover");
    if (dialog.open) dialog.close();
    else dialog.showModal();
  });

  // What was refused is in sight and has the focus; where a scanner types, the focus stays with its field.
  const showRefusal = (root, selector) => {
    const box = root.querySelector(selector);
    if (!box) return;
    box.tabIndex = -1;
    if (!document.querySelector("main [autofocus]")) box.focus({ preventScroll: true });
    box.scrollIntoView({ block: "center" });
  };
  showRefusal(document, "main :is(.form-errors, .notice-error)");
  document.addEventListener("htmx:afterSettle", (event) => showRefusal(event.target, ".form-errors"));

  // A table that fits its box needs no scrolling there, so that its head can stay in sight.
  const measure = new ResizeObserver((entries) => new Set(entries.map(({ target }) => target.closest(".data-scroll"))).forEach((box) => {
    box?.toggleAttribute("data-fits", box.querySelector("table").offsetWidth <= box.clientWidth);
  }));
  const watchTables = (root) => root.querySelectorAll(".data-scroll:has(> table)").forEach((box) => {
    measure.observe(box);
    measure.observe(box.querySelector("table"));
  });
  watchTables(document);
  document.addEventListener("htmx:afterSettle", (event) => watchTables(event.target.parentElement || document));

  // A form is sent once; its button says that it works.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }));
})();
