// Sending files: dropped anywhere, pasted, or chosen; each is a request of its own with its progress.
(() => {
  "use strict";
  const form = document.querySelector("[data-drop-form]");
  if (!form) return;
  const overlay = document.querySelector("[data-drop-here]");
  const list = form.querySelector("[data-sending]");
  const input = form.elements.file;
  const say = (text, tone) => document.dispatchEvent(new CustomEvent("rb:say", { detail: { text, tone } }));
  const GONE = "Not sent: the connection was lost. Drop it again.";
  let depth = 0;
  let isSending = false;

  const hasFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  const showOverlay = (isOver) => { overlay.hidden = !isOver; };

  const line = (file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const state = document.createElement("span");
    const bar = document.createElement("progress");
    name.textContent = file.name;
    state.className = "quiet";
    state.textContent = "Waiting";
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `Sending ${file.name}`);
    item.append(name, state, bar);
    list.append(item);
    return { item, state, bar };
  };

  const post = (file, shown, mode) => new Promise((resolve) => {
    const body = new FormData(form);
    body.delete("file");
    body.append("file", file);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      const percent = event.lengthComputable ? Math.floor(event.loaded * 100 / event.total) : 0;
      shown.bar.value = percent;
      shown.state.textContent = percent < 100 ? `${percent} %` : "Being kept";
    });
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { answer = { text: "Not taken. Reload the page and send it again." }; }
      resolve(request.status === 200 ? answer : { text: answer.text, isBad: true });
    });
    request.addEventListener("error", () => resolve({ text: GONE, isBad: true }));
    request.open("POST", form.action || location.href);
    request.setRequestHeader("X-Upload", mode);
    request.send(body);
  });

  const finish = (file, shown, answer) => {
    shown.bar.remove();
    shown.state.textContent = answer.isBad ? "Not taken" : "Sent";
    if (answer.text) {
      const text = document.createElement("span");
      text.className = answer.isBad ? "is-bad" : "quiet";
      text.textContent = answer.text;
      shown.item.append(text);
    }
    say(`${file.name}: ${answer.text || "sent"}`);
  };

  const send = async (files) => {
    if (!files.length || isSending) return;
    const supplier = form.elements.supplier;
    if (supplier && !supplier.value) {
      say("Choose the supplier first, then drop the files again.", "error");
      supplier.focus();
      return;
    }
    isSending = true;
    const mode = files.length === 1 ? "one" : "several";
    const waiting = files.map((file) => [file, line(file)]);
    for (const [file, shown] of waiting) {
      const answer = await post(file, shown, mode);
      finish(file, shown, answer);
      htmx.trigger(document.body, "files-changed");
      if (mode === "one" && answer.url) {
        isSending = false;
        location.assign(answer.url);
        return;
      }
    }
    isSending = false;
    input.value = "";
  };

  document.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    showOverlay(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) showOverlay(false);
  });
  document.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    showOverlay(false);
    send([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    if (files.length) send(files);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send([...input.files]);
  });
  window.addEventListener("beforeunload", (event) => { if (isSending) event.preventDefault(); });
})();
