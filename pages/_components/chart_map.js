// The map of the whole recording below the panels: its box is the visible window, and moving the box moves the window.
const SHORTEST_WINDOW_S = 0.5;

function setWindow(chart, low, high) {
  const [first, last] = chart.extras.full;
  const range = [clamp(low, first, last), clamp(high, first, last)];
  moveTo(chart, range, true);
}

function drawBox(chart, low, high) {
  const map = axisOf(chart.host, "xaxis2");
  const [left, right] = [toPixel(map, low) - map._offset, toPixel(map, high) - map._offset];
  Object.assign(chart.box.style, { left: `${left}px`, width: `${Math.max(4, right - left)}px` });
  chart.boxWindow = [low, high];
}

function placeMap(chart) {
  const { host } = chart;
  const time = axisOf(host, "xaxis");
  const across = axisOf(host, "xaxis2");
  const rows = chart.extras.map && rowsOf(host, [chart.extras.map]);
  if (!time || !across || !rows) return hide(chart, "emg-map");
  const strip = element(chart.over, "emg-map");
  chart.box = element(strip, "emg-box", "slider");
  Object.assign(strip.style, {
    display: "block",
    left: `${across._offset}px`,
    width: `${across._length}px`,
    top: `${rows[0]}px`,
    height: `${rows[1] - rows[0]}px`,
  });
  const [first, last] = chart.extras.full;
  const [low, high] = time.range.map((value) => clamp(Number(value), first, last));
  if (!chart.mapHeld) drawBox(chart, low, high);
  chart.box.classList.toggle("emg-whole", high - low > 0.999 * (last - first));
  const said = filled(chart.words.from_to, { low: decimals(chart, low, 1), high: decimals(chart, high, 1) });
  describe(chart.box, chart.words.window, first, last, (low + high) / 2, said);
  if (!strip.dataset.ready) {
    strip.dataset.ready = "1";
    holdMap(chart, strip);
  }
}

// A drag that starts in the box moves it, at its edges widens it, beside it (or with everything visible) draws a new one.
function holdMap(chart, strip) {
  const span = () => chart.extras.full;
  follow(strip, chart.stage, {
    start: (pixel) => {
      const across = axisOf(chart.host, "xaxis2");
      const [low, high] = chart.boxWindow;
      const [left, right] = [toPixel(across, low), toPixel(across, high)];
      const whole = high - low > 0.999 * (span()[1] - span()[0]);
      const near = (edge) => !whole && Math.abs(pixel - edge) < 8;
      let grip = !whole && pixel > left && pixel < right ? "move" : "new";
      if (near(left)) grip = "low";
      if (near(right)) grip = "high";
      chart.mapHeld = true;
      return { grip, from: toSeconds(across, pixel), pixel, low, high };
    },
    move: (pixel, held) => {
      const across = axisOf(chart.host, "xaxis2");
      const now = clamp(toSeconds(across, pixel), ...span());
      drawBox(chart, ...draggedWindow(held, now, span()));
    },
    end: (pixel, held) => {
      chart.mapHeld = false;
      const across = axisOf(chart.host, "xaxis2");
      const now = clamp(toSeconds(across, pixel), ...span());
      const clicked = Math.abs(pixel - held.pixel) < 4;
      setWindow(chart, ...(clicked ? centredWindow(held, now, span()) : draggedWindow(held, now, span())));
    },
  });
  onArrows(chart.box, (key) => {
    const [low, high] = chart.boxWindow;
    const width = high - low;
    const step = { ArrowLeft: -0.1, ArrowRight: 0.1, PageUp: -1, PageDown: 1, Home: -Infinity, End: Infinity }[key];
    if (step === undefined) return false;
    const start = clamp(low + (Number.isFinite(step) ? step * width : step), span()[0], span()[1] - width);
    setWindow(chart, start, start + width);
    return true;
  });
}

function draggedWindow(held, now, [first, last]) {
  if (held.grip === "low") return [Math.min(now, held.high - SHORTEST_WINDOW_S), held.high];
  if (held.grip === "high") return [held.low, Math.max(now, held.low + SHORTEST_WINDOW_S)];
  if (held.grip === "move") {
    const width = held.high - held.low;
    const start = clamp(held.low + now - held.from, first, last - width);
    return [start, start + width];
  }
  const [low, high] = [Math.min(held.from, now), Math.max(held.from, now)];
  return high - low < SHORTEST_WINDOW_S ? centredWindow({ low, high }, now, [first, last]) : [low, high];
}

// A click brings its moment into the middle; with everything visible it looks at a tenth of the recording.
function centredWindow(held, now, [first, last]) {
  const whole = held.high - held.low > 0.999 * (last - first);
  const width = whole ? Math.max(10, (last - first) / 10) : Math.max(SHORTEST_WINDOW_S, held.high - held.low);
  const start = clamp(now - width / 2, first, last - width);
  return [start, Math.min(last, start + width)];
}
