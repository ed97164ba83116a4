// Work in progress: polling that rests in hidden tabs, people who listen hear every 5 percent, undo that runs out.
(() => {
  "use strict";
  const say = (text) => document.dispatchEvent(new CustomEvent("rb:say", { detail: { text } }));
  const heard = new Map();

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.target.matches("[data-progress]")) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("[data-progress]").forEach((block) => {
    const step = Math.floor(Number(block.dataset.progress) / 5);
    if (heard.get(block.id) !== step) say(block.dataset.progressText);
    heard.set(block.id, step);
  }));
  // A job's last answer carries HX-Trigger: job-finished; the page then shows what the job made.
  document.addEventListener("job-finished", () => location.reload());

  // The server decides whether an undo comes in time; the button only shows how long.
  document.querySelectorAll("[data-undo-seconds]").forEach((button) => {
    const label = button.textContent.trim();
    let left = Number(button.dataset.undoSeconds);
    const tick = () => {
      button.textContent = `${label} (${left} s)`;
      if (left-- > 0) setTimeout(tick, 1000);
      else button.hidden = true;
    };
    tick();
  });
})();
