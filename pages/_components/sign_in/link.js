// Talks to the server's sign-in routes for the page: once to keep or forget the cookie, and now and then while
// somebody works here.
const ACTIVITY = ["pointerdown", "pointermove", "keydown", "wheel"];
const sent = new Set();
let listening = false;
let reported = 0;

function post(url, body) {
  return fetch(url, {
    method: "POST",
    credentials: "same-origin",
    keepalive: true, // whoever reloads at once stays signed in
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => undefined);
}

export default function ({ data }) {
  if (data.once && !sent.has(data.once)) {
    sent.add(data.once);
    post(data.url, data.body);
  }
  if (!data.active || listening) return;
  listening = true;
  const report = () => {
    const now = Date.now();
    if (now - reported < data.every_ms) return;
    reported = now;
    post(data.active, {});
  };
  reported = Date.now();
  for (const name of ACTIVITY) window.addEventListener(name, report, { capture: true, passive: true });
}
