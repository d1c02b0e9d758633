// Draws a plotly specification whose colours are tokens ("@left"), in the theme of the page, and reports the
// visible window of the time axis to Python. Called again on every change of data or theme.
const CHARTS = new WeakMap();
const DEBOUNCE_MS = 70;
const STEPS_OF_A_BOX = new Set([" ", "Enter", "Tab", "Escape"]);
// Two quick clicks set two cursors: whether they mean "whole recording" is decided here, not by plotly.
const CONFIG = { displayModeBar: false, scrollZoom: false, doubleClick: false, responsive: false };
// Streamlit's shortcuts are letters, digits and named keys: these stand for one of them.
const OTHER_NAMES = {
  "?": { key: "h", code: "KeyH", keyCode: 72 },
  "+": { key: "i", code: "KeyI", keyCode: 73 },
  "=": { key: "i", code: "KeyI", keyCode: 73 },
  "-": { key: "o", code: "KeyO", keyCode: 79 },
  ArrowLeft: { key: "ArrowLeft", code: "ArrowLeft", keyCode: 37, shiftKey: true },
  ArrowRight: { key: "ArrowRight", code: "ArrowRight", keyCode: 39, shiftKey: true },
};

// Streamlit hears no shortcut while a checkbox or radio button has the focus, as it has after a click on it. Such a
// key is passed on to the document; the focus stays where it is, for those who use the keyboard alone.
function passShortcutsOn(event) {
  const box = event.target;
  if (!event.isTrusted || !(box instanceof HTMLInputElement) || !["checkbox", "radio"].includes(box.type)) return;
  if (STEPS_OF_A_BOX.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (box.type === "radio" && event.key.startsWith("Arrow")) return; // the arrows choose among radio buttons
  const { key, code, keyCode, shiftKey } = event;
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code, keyCode, shiftKey, bubbles: true, cancelable: true }));
}

// "?", "+", "-" and the arrows work wherever nothing else has a use for them.
function passOtherNamesOn(event) {
  if (!event.isTrusted || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const meant = OTHER_NAMES[event.key];
  const arrow = event.key.startsWith("Arrow");
  if (!meant || (arrow && event.shiftKey) || !document.querySelector(".emg-chart")) return;
  const focus = document.activeElement;
  const box = focus instanceof HTMLInputElement && ["checkbox", "radio"].includes(focus.type);
  if (!box && focus?.closest("input, textarea, select, [contenteditable], [role=dialog], [role=listbox]")) return;
  if (arrow && focus && focus !== document.body && focus.closest("input, [role], [tabindex], canvas")) return;
  event.preventDefault();
  event.stopPropagation(); // else both keys count as held down together
  for (const kind of ["keydown", "keyup"]) {
    document.body.dispatchEvent(new KeyboardEvent(kind, { ...meant, bubbles: true, cancelable: true }));
  }
}
if (!globalThis.__emgShortcuts) {
  globalThis.__emgShortcuts = true;
  document.addEventListener("keydown", passShortcutsOn);
  window.addEventListener("keydown", passOtherNamesOn, true);
}

function isDark(element) {
  const probe = document.createElement("span");
  probe.style.color = getComputedStyle(element).getPropertyValue("--st-background-color").trim() || "#fff";
  element.appendChild(probe);
  const [r, g, b] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  probe.remove();
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}

// Plotly must not see the tokens; numbers and packed arrays pass through untouched.
function painted(node, palette) {
  if (typeof node === "string") return node.startsWith("@") ? (palette[node] ?? node) : node;
  if (Array.isArray(node)) return node.map((item) => painted(item, palette));
  if (node && typeof node === "object" && !("bdata" in node)) {
    return Object.fromEntries(Object.entries(node).map(([name, item]) => [name, painted(item, palette)]));
  }
  return node;
}

function reportWindow(host, chart) {
  host.on("plotly_relayout", (event) => {
    placeOverlay(chart);
    if (!chart.full || chart.quiet || !Object.keys(event).some((name) => name.startsWith("xaxis."))) return;
    chart.wanted = host._fullLayout.xaxis.range.map(Number);
    chart.movedAt = performance.now();
    tellWindow(chart);
  });
  host.on("plotly_doubleclick", () => {
    if (chart.full && !chart.extras?.cursors) moveTo(chart, [...chart.full], true);
  });
}

// A single change is told at once; of many in a row, the last. The stamp makes every message a change: the same window
// may be chosen again after Python moved away from it.
function tellWindow(chart) {
  const [low, high] = chart.wanted;
  const [first, last] = chart.full;
  const whole = low <= first + 1e-6 && high >= last - 1e-6;
  const window = whole ? null : [Math.max(first, low), Math.min(last, high)];
  const message = JSON.stringify(window);
  if (message === chart.sent) {
    chart.movedAt = Math.min(chart.movedAt, chart.toldAt ?? -1); // back where Python is: nothing is to come
    return;
  }
  chart.sent = message;
  clearTimeout(chart.timer);
  const wait = performance.now() - (chart.toldAt ?? -1e9) > 4 * DEBOUNCE_MS ? 0 : DEBOUNCE_MS;
  const tell = () => {
    chart.toldAt = performance.now();
    chart.send("window", { range: window, at: chart.toldAt });
  };
  if (wait) chart.timer = setTimeout(tell, wait);
  else tell();
}

// How many words fit is decided in Python, for the width it assumes; it is told when that is far off.
function tellWidth(chart, data) {
  const width = Math.round(axisOf(chart.host, "xaxis")?._length ?? 0);
  if (!data?.width || !width || Math.abs(width / data.width - 1) < 0.15 || width === chart.toldWidth) return;
  chart.toldWidth = width;
  clearTimeout(chart.widthTimer);
  chart.widthTimer = setTimeout(() => chart.gone || chart.send("width", { px: width, at: performance.now() }), 120);
}

function paintOverlay(chart, palette) {
  const names = { cursor: "@select", "on-cursor": "@paper", edge: "@window", window: "@window", focus: "@window" };
  for (const [name, token] of Object.entries({ ...names, "window-fill": "@window_fill", grid: "@grid" })) {
    chart.stage.style.setProperty(`--emg-${name}`, palette[token]);
  }
}

// Return what plotly is to draw, null where that is what it draws already.
function prepared(chart, data, parentElement) {
  const dark = isDark(parentElement);
  const palette = data.palettes[dark ? "dark" : "light"];
  const font = getComputedStyle(parentElement).fontFamily;
  const same = chart.spec === data.spec && chart.dark === dark && chart.font === font;
  Object.assign(chart, { spec: data.spec, dark, font, data, words: data.words, full: data.full });
  chart.extras = data.extras ? { ...data.extras, full: data.full } : null;
  takeKeys(chart, data);
  if (same && chart.ready) return null;
  const spec = painted(JSON.parse(data.spec), palette);
  spec.layout.font = { ...spec.layout.font, family: font };
  paintOverlay(chart, palette);
  drawLegend(parentElement.querySelector(".emg-legend"), painted(data.legend ?? [], palette));
  chart.host.setAttribute("role", "img");
  chart.host.setAttribute("aria-label", data.alt);
  chart.host.style.width = "100%";
  chart.host.style.height = `${spec.layout.height}px`; // keeps the page still while plotly.js loads
  return spec;
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

// Return the layout to draw. Where the browser has moved on meanwhile it stays where it is: the points of an earlier
// window are better than a step back, and those of this one are on their way.
function seen(chart, { data: traces, layout }, data) {
  if (!data.full || !layout.xaxis?.range) return layout;
  const [low, high] = (chart.drawn = layout.xaxis.range);
  if (data.keys) keepLines(chart, { data: traces }, [low, high], data.keys.content);
  if (ahead(chart, data)) return { ...layout, xaxis: { ...layout.xaxis, range: [...chart.wanted] } };
  chart.wanted = [low, high];
  chart.sent = JSON.stringify(low <= data.full[0] && high >= data.full[1] ? null : [low, high]);
  return layout;
}

// Whether the browser shows another window than Python, which has nothing new to say: what was asked for did not happen.
function strayed(chart, data) {
  return Boolean(data.keys && chart.drawn && chart.wanted && !ahead(chart, data) && !sameWindow(chart.wanted, chart.drawn));
}

export default function ({ data, parentElement, setStateValue }) {
  const host = parentElement.querySelector(".emg-chart");
  if (!host || !data) return;
  let chart = CHARTS.get(host);
  if (!chart) {
    const stage = parentElement.querySelector(".emg-stage");
    const over = parentElement.querySelector(".emg-over");
    CHARTS.set(host, (chart = { host, stage, over, calls: 0, timer: null, sent: null, gone: false, ready: false }));
  }
  chart.send = setStateValue; // the newest closure
  const call = ++chart.calls;
  const spec = prepared(chart, data, parentElement);
  loadPlotly(data.plotly_url)
    .then(async (Plotly) => {
      if (chart.gone || call !== chart.calls) return; // a newer call took over
      if (!data.extras && chart.ready) await nextFrame(); // the signals first: they are what is looked at
      if (chart.gone || call !== chart.calls) return;
      if (spec) await Plotly.react(host, spec.data, seen(chart, spec, data), CONFIG);
      else if (strayed(chart, data)) moveTo(chart, chart.drawn, false);
      if (chart.gone) return;
      placeOverlay(chart);
      tellWidth(chart, data);
      host.dataset.revision = data.revision; // what browser tests wait for
      host.dataset.drawn = String(call);
      if (chart.ready) return;
      chart.ready = true;
      chart.observer = new ResizeObserver(() => {
        if (chart.gone || !host.offsetParent) return;
        Plotly.Plots.resize(host).then(() => {
          placeOverlay(chart);
          tellWidth(chart, chart.data);
        });
      });
      chart.observer.observe(host);
      reportWindow(host, chart);
      listenForClicks(chart);
    })
    .catch((error) => {
      if (!chart.gone) host.textContent = chart.words.not_drawn;
      console.error(error);
    });
  return () => {
    chart.gone = true;
    KEYED.delete(chart);
    clearTimeout(chart.timer);
    clearTimeout(chart.moving);
    chart.observer?.disconnect();
    if (chart.released) document.removeEventListener("pointerup", chart.released, true);
    globalThis.Plotly?.purge(host);
    CHARTS.delete(host);
  };
}
