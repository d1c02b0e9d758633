// Draws a plotly specification whose colours are tokens ("@left"), in the theme of the page, and reports the
// visible window of the time axis to Python. Called again on every change of data or theme.
const CHARTS = new WeakMap();
const DEBOUNCE_MS = 70;
const STEPS_OF_A_BOX = new Set([" ", "Enter", "Tab", "Escape"]);
const CONFIG = { displayModeBar: false, scrollZoom: false, doubleClick: "autosize", responsive: false };

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
if (!globalThis.__emgShortcuts) {
  globalThis.__emgShortcuts = true;
  document.addEventListener("keydown", passShortcutsOn);
}

function loadPlotly(url) {
  if (globalThis.Plotly) return Promise.resolve(globalThis.Plotly);
  globalThis.__emgPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(globalThis.Plotly);
    script.onerror = () => {
      globalThis.__emgPlotly = undefined;
      reject(new Error("The plotting library could not be loaded"));
    };
    document.head.appendChild(script);
  });
  return globalThis.__emgPlotly;
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
    if (!chart.full || !Object.keys(event).some((name) => name.startsWith("xaxis."))) return;
    const [low, high] = host._fullLayout.xaxis.range.map(Number);
    const [first, last] = chart.full;
    const whole = low <= first + 1e-6 && high >= last - 1e-6;
    const window = whole ? null : [Math.max(first, low), Math.min(last, high)];
    const message = JSON.stringify(window);
    if (message === chart.sent) return;
    chart.sent = message;
    clearTimeout(chart.timer);
    // The stamp makes every message a change: the same window may be chosen again after Python moved away from it.
    chart.timer = setTimeout(() => chart.send("window", { range: window, at: performance.now() }), DEBOUNCE_MS);
  });
}

export default function ({ data, parentElement, setStateValue }) {
  const host = parentElement.querySelector(".emg-chart");
  if (!host || !data) return;
  let chart = CHARTS.get(host);
  if (!chart) CHARTS.set(host, (chart = { calls: 0, timer: null, sent: null, gone: false, ready: false }));
  chart.send = setStateValue; // the newest closure
  chart.full = data.full;
  const call = ++chart.calls;
  const palette = data.palettes[isDark(parentElement) ? "dark" : "light"];
  const spec = painted(JSON.parse(data.spec), palette);
  spec.layout.font = { ...spec.layout.font, family: getComputedStyle(parentElement).fontFamily };
  host.setAttribute("role", "img");
  host.setAttribute("aria-label", data.alt);
  host.style.width = "100%";
  host.style.height = `${spec.layout.height}px`; // keeps the page still while plotly.js loads
  loadPlotly(data.plotly_url)
    .then(async (Plotly) => {
      if (chart.gone || call !== chart.calls) return; // a newer call took over
      await Plotly.react(host, spec.data, spec.layout, CONFIG);
      if (spec.layout.xaxis?.range && data.full) {
        const [low, high] = spec.layout.xaxis.range;
        chart.sent = JSON.stringify(low <= data.full[0] && high >= data.full[1] ? null : [low, high]);
      }
      host.dataset.revision = data.revision; // what browser tests wait for
      host.dataset.drawn = String(call);
      if (chart.ready) return;
      chart.ready = true;
      chart.observer = new ResizeObserver(() => {
        if (!chart.gone && host.offsetParent) Plotly.Plots.resize(host);
      });
      chart.observer.observe(host);
      reportWindow(host, chart);
    })
    .catch((error) => {
      if (!chart.gone) host.textContent = `${error.message}. The table below holds the same findings.`;
    });
  return () => {
    chart.gone = true;
    clearTimeout(chart.timer);
    chart.observer?.disconnect();
    globalThis.Plotly?.purge(host);
    CHARTS.delete(host);
  };
}
