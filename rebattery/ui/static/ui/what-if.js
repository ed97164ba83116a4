// Sliders of limits that follow each other stop at their neighbors, as the server would stop them.
(() => {
  "use strict";
  const form = document.getElementById("trial");
  const sliders = [...form.querySelectorAll("input[data-row]")];

  const room = (slider) => {
    const row = sliders.filter((other) => other.dataset.row === slider.dataset.row);
    const place = row.indexOf(slider);
    const step = Number(slider.step);
    const low = place ? Number(row[place - 1].value) + step : -Infinity;
    const high = place < row.length - 1 ? Number(row[place + 1].value) - step : Infinity;
    return [low, high];
  };

  // Before htmx hears of it: what is asked is where the slider stopped.
  form.addEventListener("input", ({ target }) => {
    if (!sliders.includes(target)) return;
    const [low, high] = room(target);
    if (low > high) return;
    const value = Number(target.value);
    if (value < low) target.value = low;
    if (value > high) target.value = high;
  }, true);
})();
