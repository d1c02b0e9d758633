// What the keys and the buttons above the picture do before Python hears of them. A button that moves the window moves
// it here and Python is told, as of a drag. What Python alone can do is put into a row that loses nothing: Streamlit
// makes one of two presses that follow each other closely.
const KEY_FIELDS = "input, textarea, select, [contenteditable], [role=listbox]";

const sameWindow = (a, b) => Math.abs(a[0] - b[0]) < 1e-6 && Math.abs(a[1] - b[1]) < 1e-6;

// Streamlit marks a widget by its key, made fit for a class.
const classOf = (key) => `st-key-${key.trim().replace(/[^a-zA-Z0-9_-]/g, "-")}`;

function takeKeys(chart, data) {
  const keys = data.keys ?? null;
  chart.keys = keys && { ...keys, controls: keys.controls.map((c) => ({ ...c, css: classOf(c.button) })) };
  if (!keys) return KEYED.delete(chart);
  KEYED.add(chart);
  chart.row = (chart.row ?? []).filter((act) => act.id > keys.done);
  if (!chart.row.length) Object.assign(chart, { at: keys.at, chosen: keys.chosen, unsure: false });
  return true;
}

// Whether the browser has moved on since Python drew what it sends now.
function ahead(chart, data) {
  return Boolean(chart.keys && (chart.row.length || (chart.movedAt ?? -1) > (data.keys.heard ?? -1)) && chart.wanted);
}

function controlOf(chart, find) {
  const control = chart.keys?.controls.find(find);
  return control && document.querySelector(`.${control.css} button`) ? control : null;
}

function mayAct(chart) {
  const app = document.querySelector("[data-testid=stApp]");
  return chart.ready && !chart.gone && chart.full && app?.getAttribute("data-test-connection-state") === "CONNECTED";
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const focus = document.activeElement;
  const box = focus instanceof HTMLInputElement && ["checkbox", "radio"].includes(focus.type);
  if (event.isTrusted && focus?.closest(KEY_FIELDS)) return; // a box passes its keys on, see chart.js
  if (!event.isTrusted && !box && focus?.closest(KEY_FIELDS)) return;
  if (event.key.startsWith("Arrow") && focus?.closest("[role=slider], [role=grid], canvas")) return; // they step those
  if (document.querySelector("[role=dialog][aria-modal=true]")) return;
  for (const chart of globalThis.__emgKeyed) {
    const pressed = event.key.toLowerCase();
    const control = controlOf(chart, (c) => c.key === pressed && Boolean(c.shift) === event.shiftKey);
    if (!control || !mayAct(chart)) continue;
    event.preventDefault();
    event.stopPropagation(); // Streamlit listens further down
    if (!event.repeat || control.repeats) act(chart, control);
    return;
  }
}

function onClick(event) {
  const button = event.target.closest?.("button");
  if (!button || event.ctrlKey || event.metaKey) return;
  for (const chart of globalThis.__emgKeyed) {
    const control = controlOf(chart, (c) => button.closest(`.${c.css}`));
    if (!control || !mayAct(chart)) continue;
    event.preventDefault();
    event.stopPropagation(); // Streamlit listens further down
    act(chart, control);
    return;
  }
}

if (!globalThis.__emgKeyed) {
  globalThis.__emgKeyed = new Set();
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("click", onClick, true);
}
const KEYED = globalThis.__emgKeyed;

function act(chart, control) {
  const moved = control.move ? targetOf(chart, control) : null;
  if (moved && !(control.act && chart.chosen)) return moveTo(chart, moved, true);
  if (!control.act) return undefined;
  chart.row.push({ id: Math.max(Date.now(), (chart.lastId ?? 0) + 1), name: control.act });
  chart.lastId = chart.row.at(-1).id;
  chart.send("acts", { row: chart.row, at: performance.now() });
  const window = moved ?? visited(chart, control);
  if (window) moveTo(chart, window, false);
  chart.chosen = !moved;
  return undefined;
}

// The same arithmetic as in view.py.
function targetOf(chart, { move, by }) {
  const [first, last] = chart.full;
  if (move === "whole") return [first, last];
  const [low, high] = chart.wanted ?? axisOf(chart.host, "xaxis").range.map(Number);
  if (move === "zoom") {
    const half = Math.max(SHORTEST_WINDOW_S, (high - low) * by) / 2;
    const middle = (low + high) / 2;
    return [Math.max(first, middle - half), Math.min(last, middle + half)];
  }
  const start = clamp(low + by * (high - low), first, last - (high - low));
  return [start, start + (high - low)];
}

// Where a visit will lead, as far as that is known before Python has answered.
function visited(chart, { visit }) {
  const places = chart.keys.places;
  if (!visit) chart.unsure = true; // a correction changes what there is to visit
  if (!visit || chart.unsure || !places.length) return null;
  const [low, high] = chart.wanted ?? axisOf(chart.host, "xaxis").range.map(Number);
  const whole = sameWindow([low, high], chart.full);
  const among = places.map((place, i) => ({ ...place, i })).filter((place) => visit !== "doubtful" || place.doubtful);
  if (!among.length) return null;
  const here = among.findIndex((place) => place.i === chart.at);
  const after = (moment) => Math.max(0, among.findIndex((place) => place.onset > moment));
  let next;
  if (here >= 0) next = (here + (visit === "previous" ? -1 : 1) + among.length) % among.length;
  else if (visit === "previous") next = among.length - 1;
  else next = whole ? (visit === "doubtful" ? after(0) : 0) : after(sameWindow([low, high], chart.drawn) ? chart.keys.moment : (low + high) / 2);
  chart.at = among[next].i;
  return among[next].window;
}

// Show another window with the points that are here; those that were selected for it follow from Python, which is told
// first so that both work at the same time.
function moveTo(chart, window, tell) {
  chart.wanted = window;
  if (tell) {
    chart.movedAt = performance.now();
    tellWindow(chart);
  }
  if (!chart.moving) chart.moving = setTimeout(() => drawMoved(chart));
}

async function drawMoved(chart) {
  const { host, wanted } = chart;
  chart.moving = null;
  if (chart.gone) return;
  const lines = linesFor(chart, wanted);
  const range = { "xaxis.range": [...wanted] };
  chart.quiet = true; // Python knows
  if (lines) await globalThis.Plotly.update(host, { x: lines.x, y: lines.y }, range, lines.traces);
  else await globalThis.Plotly.relayout(host, range);
  chart.quiet = false;
  if (!chart.gone) placeOverlay(chart);
}

// The lines over the whole recording, kept from when they were drawn, so that a wider window is no coarse outline
// for a moment: no spike that was seen is lost. Null where the points of the present window do.
function linesFor(chart, [low, high]) {
  const { detail, whole } = chart;
  if (!whole || !detail || sameWindow(detail.window, chart.full)) return null;
  if (low >= detail.window[0] - 1e-6 && high <= detail.window[1] + 1e-6) return null;
  const names = [...detail.lines.keys()].filter((name) => whole.lines.has(name));
  const joined = names.map((name) => spliced(whole.lines.get(name), detail.lines.get(name), detail.window));
  const traces = names.map((name) => detail.lines.get(name).place);
  return { traces, x: joined.map((line) => line.x), y: joined.map((line) => line.y) };
}

function spliced(coarse, fine, [from, to]) {
  const [a, b] = [coarse.x.findIndex((t) => t >= from), coarse.x.findLastIndex((t) => t <= to)];
  if (a < 0 || b < a) return coarse;
  const [c, d] = [fine.x.findIndex((t) => t >= from), fine.x.findLastIndex((t) => t <= to)];
  const join = (name) => [...coarse[name].slice(0, a), ...fine[name].slice(c, d + 1), ...coarse[name].slice(b + 1)];
  return { x: Float32Array.from(join("x")), y: Float32Array.from(join("y")) };
}

function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed.bdata), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

// Remember the lines that Python has just sent for a window.
function keepLines(chart, spec, window, content) {
  const lines = new Map();
  spec.data.forEach((trace, place) => {
    if (trace.meta?.line) lines.set(trace.name, { x: unpack(trace.x), y: unpack(trace.y), place });
  });
  if (chart.content !== content) chart.whole = null;
  chart.content = content;
  chart.detail = { window, lines };
  if (sameWindow(window, chart.full)) chart.whole = chart.detail;
}
