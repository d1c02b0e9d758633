// Saves what is typed into a text box while it is typed: after a pause, and at the latest after a second and a half.
// The box itself sends its words, as it does for Ctrl+Enter; this only presses that for the person, and says in words
// what holds them up.
const PAUSE_MS = 600;
const LATEST_MS = 1300;
const AGAIN_MS = 500;
const BOXES = new Map();

function boxOf(key) {
  const name = `st-key-${key.trim().replace(/[^a-zA-Z0-9_-]/g, "-")}`;
  return document.querySelector(`.${name} textarea`);
}

function connected() {
  return document.querySelector("[data-testid=stApp]")?.getAttribute("data-test-connection-state") === "CONNECTED";
}

function later(state, wait) {
  clearTimeout(state.timer);
  state.timer = setTimeout(() => send(state), wait);
}

function typed(state) {
  const now = performance.now();
  state.since ??= now;
  say(state, connected() ? state.words.typing : state.words.away);
  later(state, Math.max(0, Math.min(PAUSE_MS, state.since + LATEST_MS - now)));
}

function send(state) {
  const box = boxOf(state.key);
  if (!box) return;
  if (!connected()) {
    say(state, state.words.away);
    later(state, AGAIN_MS);
    return;
  }
  const sent = state.since !== null;
  state.since = null;
  // What was sent and not stored, as while the database is away, is asked for again.
  if (!sent && !state.hold && box.value !== state.stored) state.poke("again", performance.now());
  const press = { key: "Enter", code: "Enter", keyCode: 13, ctrlKey: true, bubbles: true, cancelable: true };
  box.dispatchEvent(new KeyboardEvent("keydown", press));
  later(state, 4 * AGAIN_MS);
  if (box.value === state.stored) settle(state);
}

function settle(state) {
  clearTimeout(state.timer);
  state.since = null;
  say(state, connected() ? "" : state.words.safe);
}

// The page is told of a lost connection by an attribute alone.
function watchConnection() {
  const app = document.querySelector("[data-testid=stApp]");
  if (!app || app.__emgWatched) return;
  app.__emgWatched = true;
  const tell = () => {
    for (const state of BOXES.values()) {
      const unsaved = state.since !== null || boxOf(state.key)?.value !== state.stored;
      if (!connected()) say(state, unsaved ? state.words.away : state.words.safe);
      else if (unsaved) later(state, 0);
      else say(state, "");
    }
  };
  new MutationObserver(tell).observe(app, { attributeFilter: ["data-test-connection-state"] });
}

function say(state, text) {
  if (state.line.textContent !== text) state.line.textContent = text;
}

export default function ({ data, parentElement, setStateValue }) {
  const line = parentElement.querySelector(".emg-autosave");
  if (!line || !data) return undefined;
  const state = BOXES.get(data.key) ?? { since: null, timer: null, focused: data.focus };
  BOXES.set(data.key, state);
  Object.assign(state, { key: data.key, words: data.words, stored: data.stored, hold: data.hold, line, poke: setStateValue });
  watchConnection();
  const box = boxOf(data.key);
  if (box && state.box !== box) {
    state.box?.removeEventListener("input", state.heard);
    state.heard = () => typed(state);
    box.addEventListener("input", state.heard);
    state.box = box;
  }
  if (box && box.value === state.stored && state.since === null) settle(state);
  if (box && data.focus !== state.focused) {
    state.focused = data.focus;
    box.scrollIntoView({ block: "center" });
    box.focus({ preventScroll: true });
  }
  return () => {
    clearTimeout(state.timer);
    state.box?.removeEventListener("input", state.heard);
    BOXES.delete(data.key);
  };
}
