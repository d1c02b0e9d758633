// What a person is told while the server does not answer: in words of the clinic, in place of the framework's dialogue,
// which speaks to programmers and covers what was being typed.
globalThis.__emgMend.push((() => {
  const PATIENCE_MS = 1000, THANKS_MS = 8000;
  let bar = null, was = null, waiting = 0;

  const say = (words, kind) => {
    bar ??= document.body.appendChild(Object.assign(document.createElement("div"), { id: "emg-lost" }));
    bar.setAttribute("role", kind === "lost" ? "alert" : "status");
    bar.dataset.kind = kind;
    if (bar.textContent !== words) bar.textContent = words;
  };
  const hush = () => {
    bar?.remove();
    bar = null;
  };
  const lost = () => {
    waiting = 0;
    const moment = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    say(globalThis.__emgLost.lost.replace("{moment}", moment), "lost");
  };
  const back = () => {
    clearTimeout(waiting);
    waiting = 0;
    if (!bar) return;
    say(globalThis.__emgLost.back, "back");
    setTimeout(() => { if (bar?.dataset.kind === "back") hush(); }, THANKS_MS);
  };

  return () => {
    const app = document.querySelector("[data-testid=stApp]");
    const now = app?.getAttribute("data-test-connection-state");
    if (!app) return;
    for (const dialogue of document.querySelectorAll("[role=dialog]")) {
      if (!/^Connection error$/m.test(dialogue.innerText)) continue;
      dialogue.querySelector("button[aria-label=Close], button[aria-label]")?.click();
    }
    if (now === was) return;
    const before = was;
    was = now;
    if (now === "CONNECTED") back();
    else if (before === "CONNECTED") waiting = setTimeout(lost, PATIENCE_MS);
  };
})());
