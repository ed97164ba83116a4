// Scanners that type: a burst of keys that ends in Enter, anywhere on the page, becomes a scan.
(() => {
  "use strict";
  const KEY_MS = 60; // Longest pause between two keys of a scanner; nobody types like that.
  const REPEAT_MS = 3000;
  const MIN_LENGTH = 4;
  const form = document.querySelector("form[data-scan=page]") || document.querySelector("form[data-scan]");
  const say = (text, tone) => document.dispatchEvent(new CustomEvent("rb:say", { detail: { text, tone } }));

  const TONES = { ok: [[880, 0.12]], already: [[660, 0.08], [660, 0.08]], warning: [[440, 0.2]], stop: [[180, 0.25], [180, 0.25]] };
  const BUZZES = { ok: [60], already: [40, 40, 40], warning: [150], stop: [300, 100, 300] };
  const sound = (tone) => {
    // Browsers refuse sound until a person has used the page, or the one before it.
    const isUsed = navigator.userActivation?.hasBeenActive;
    if (isUsed) navigator.vibrate?.(BUZZES[tone]);
    if (!isUsed && !document.referrer.startsWith(location.origin)) return;
    const audio = new AudioContext();
    let at = audio.currentTime;
    for (const [pitch, length] of TONES[tone] || []) {
      const voice = audio.createOscillator();
      const volume = audio.createGain();
      volume.gain.value = 0.15;
      voice.frequency.value = pitch;
      voice.connect(volume).connect(audio.destination);
      voice.start(at);
      voice.stop(at + length);
      at += length + 0.06;
    }
    setTimeout(() => audio.close(), 1500);
  };
  const soundOf = (root) => {
    const result = root.matches?.("[data-scan-result]") ? root : root.querySelector("[data-scan-result]");
    if (result) sound(result.dataset.scanResult);
  };
  soundOf(document);
  document.addEventListener("htmx:afterSettle", (event) => soundOf(event.target));
  if (!form) return;

  const field = form.elements.code;
  const prefix = form.dataset.scanPrefix || "";

  // The tablet's keyboard must not open for a scanner; a tap on the field opens it.
  if (matchMedia("(pointer: coarse)").matches) {
    field.inputMode = "none";
    field.addEventListener("pointerdown", () => { field.inputMode = "text"; });
    field.addEventListener("blur", () => { field.inputMode = "none"; });
  }

  form.addEventListener("submit", (event) => {
    field.value = field.value.trim();
    const last = JSON.parse(sessionStorage.getItem("last-scan") || "{}");
    if (last.code === field.value && Date.now() - last.at < REPEAT_MS) {
      event.preventDefault();
      event.stopPropagation();
      sound("already");
      say(`${field.value} was scanned just now. The repeat was ignored.`, "info");
      field.value = "";
      return;
    }
    sessionStorage.setItem("last-scan", JSON.stringify({ code: field.value, at: Date.now() }));
  });

  let burst = "";
  let lastKeyAt = 0;
  let before = ""; // What the focused box held before the burst.
  const isOtherBox = (element) => element !== field && element.matches("input:not([type=radio], [type=checkbox]), textarea, select");

  document.addEventListener("keydown", (event) => {
    if (event.key === "F2") {
      event.preventDefault();
      field.focus();
      field.select();
      return;
    }
    const isFirst = lastKeyAt === 0;
    const isFast = !isFirst && event.timeStamp - lastKeyAt < KEY_MS;
    lastKeyAt = event.timeStamp;
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (!isFast) before = event.target.value ?? "";
      // A fast scanner begins before this script is ready: those keys stand in the focused box already.
      const early = isFirst && event.target === field ? before : "";
      burst = isFast ? burst + event.key : early + event.key;
      return;
    }
    if (event.key !== "Enter") return;
    const code = burst;
    burst = "";
    if (!isFast || code.length < MIN_LENGTH || document.querySelector("dialog[open]")) return;
    // A burst into another box belongs to that box, unless it carries the site's prefix.
    if (isOtherBox(event.target)) {
      if (!prefix || !code.startsWith(prefix)) return;
      event.target.value = before;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    field.value = prefix && code.startsWith(prefix) ? code.slice(prefix.length) : code;
    form.requestSubmit();
  }, true);
})();
