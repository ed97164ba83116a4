// A scanner types fast and ends with Enter. Such a burst anywhere on the page goes to the scan form;
// typing in another field is left alone. The same code twice within 3 seconds is ignored and said.
(() => {
  const forms = document.querySelectorAll("form[data-scan]");
  const form = forms[forms.length - 1];
  const outcome = document.querySelector("[data-scan-outcome]");
  if (outcome) tone(outcome.dataset.scanOutcome);
  if (!form) return;
  const input = form.querySelector("[name=code]");
  const BURST_MS = 60, REPEAT_MS = 3000;
  let burst = "", last = 0;

  document.addEventListener("keydown", (event) => {
    const active = document.activeElement;
    if (active !== document.body && active !== input && /^(INPUT|SELECT|TEXTAREA)$/.test(active.tagName)) return;
    const now = performance.now();
    if (now - last > BURST_MS) burst = "";
    last = now;
    if (event.key === "Enter" && burst.length >= 4 && active !== input) {
      event.preventDefault();
      input.value = burst;
      form.requestSubmit();
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) burst += event.key;
  });

  form.addEventListener("submit", (event) => {
    const code = input.value.trim();
    const [before, at] = JSON.parse(sessionStorage.getItem("scan") || "[null,0]");
    if (!code || (code === before && Date.now() - at < REPEAT_MS)) {
      event.preventDefault();
      say(code ? `${code}: read twice, counted once.` : "Scan or type a serial first.");
      input.value = "";
    } else sessionStorage.setItem("scan", JSON.stringify([code, Date.now()]));
  });

  function say(text) {
    let line = document.getElementById("scan-said");
    if (!line) {
      line = Object.assign(document.createElement("p"), { id: "scan-said", className: "message" });
      line.setAttribute("role", "status");
      form.after(line);
    }
    line.textContent = text;
  }

  function tone(kind) {
    const notes = { received: [880], already: [440], unexpected: [440, 330], refused: [220, 220], stop: [220, 180, 220] }[kind];
    const Audio = window.AudioContext;
    if (!notes || !Audio) return;
    const sound = new Audio();
    notes.forEach((pitch, i) => {
      const wave = sound.createOscillator();
      wave.frequency.value = pitch;
      wave.connect(sound.destination);
      wave.start(sound.currentTime + i * 0.16);
      wave.stop(sound.currentTime + i * 0.16 + 0.12);
    });
  }
})();
