// A hidden tab does not ask for progress.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches(".progress-block")) event.preventDefault();
});
// A finished job reloads the page once, so that what it made is shown.
document.addEventListener("job-finished", () => location.reload());
