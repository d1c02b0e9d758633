// Saves what is typed into a text box while it is typed: after a pause, and at the latest after a second and a half.
// The box itself sends its words, as it does for Ctrl+Enter; this only presses that for the person, and says in words
// what holds them up.
const PAUSE_MS = 600;
const LATEST_MS = 1300;
const AGAIN_MS = 500;
const CALM = 12;
const BOXES = new Map();
// What stood in a box when the connection was lost, and how often it was seen to be safe since: a server that was started
// again draws the box empty, and may do so once more after the words have reached it.
const LEFT = (globalThis.__emgLeft ??= new Map());
const TEXT = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");

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
  // A run of the page that had begun before may have drawn the box as it was: what was typed meanwhile counts.
  if (sent && state.typed !== undefined && box.value === state.stored && box.value !== state.typed) write(box, state.typed);
  state.typed = undefined;
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
      const box = boxOf(state.key);
      const unsaved = state.since !== null || box?.value !== state.stored;
      if (!connected()) {
        if (unsaved && box?.value) LEFT.set(state.key, { words: box.value, calm: 0 });
        say(state, unsaved ? state.words.away : state.words.safe);
      } else if (unsaved) {
        later(state, 0);
        putBack(state);
      } else say(state, "");
    }
  };
  new MutationObserver(tell).observe(app, { attributeFilter: ["data-test-connection-state"] });
}

// Words that were not saved before the connection was lost are put back once the box can be written in, unless the
// person goes on writing.
function putBack(state) {
  const left = LEFT.get(state.key);
  const box = boxOf(state.key);
  if (!left || !box || !connected()) return;
  if (!box.disabled && atRest()) {
    if (!box.value.startsWith(left.words)) {
      left.calm = 0;
      write(box, left.words.startsWith(box.value) ? left.words : `${left.words}\n${box.value}`);
    } else if (state.stored.startsWith(left.words)) left.calm += 1;
  }
  if (left.calm > CALM) LEFT.delete(state.key);
  clearTimeout(state.putting);
  state.putting = setTimeout(() => putBack(state), AGAIN_MS);
}

// As if the person typed it.
function write(box, words) {
  TEXT.set.call(box, words);
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

function atRest() {
  return document.querySelector("[data-testid=stApp]")?.getAttribute("data-test-script-state") === "notRunning";
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
  putBack(state);
  // Heard by the whole page: the framework may put another box in this one's place at any time.
  state.heard ??= (event) => {
    if (event.target !== boxOf(state.key)) return;
    if (event.isTrusted) {
      LEFT.delete(state.key);
      state.typed = event.target.value;
    }
    typed(state);
  };
  document.addEventListener("input", state.heard);
  if (box && box.value === state.stored && state.since === null) settle(state);
  else if (box && !data.hold && state.since === null && !state.timer) typed(state); // begun before anybody listened
  if (box && data.focus !== state.focused) {
    state.focused = data.focus;
    box.scrollIntoView({ block: "center" });
    box.focus({ preventScroll: true });
  }
  return () => {
    clearTimeout(state.timer);
    clearTimeout(state.putting);
    document.removeEventListener("input", state.heard);
    BOXES.delete(data.key);
  };
}
