// What lies over a chart and can be taken hold of: two cursors, the edges of the chosen contraction, and (chart_map.js)
// the map. Everything is an ARIA slider, so the keyboard does whatever the pointer does.
const KEY_WAIT_MS = 350;
const SHORTEST_EDGE_S = 0.05;
const FINE_S = 0.01;
const COARSE_S = 0.1;

const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));
// The words come from Python, in the reader's language, with {names} to be filled in.
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const decimals = (chart, value, digits) => value.toFixed(digits).replace(".", chart.words.decimal);
const inSeconds = (chart, value) => `${decimals(chart, value, 2)} s`;

// Pixels of the stage <-> seconds, read from what plotly has laid out.
function axisOf(host, name) {
  const axis = host._fullLayout?.[name];
  return axis?._length ? axis : null;
}
function toPixel(axis, seconds) {
  const [low, high] = axis.range.map(Number);
  return axis._offset + ((seconds - low) / (high - low)) * axis._length;
}
function toSeconds(axis, pixel) {
  const [low, high] = axis.range.map(Number);
  return low + ((pixel - axis._offset) / axis._length) * (high - low);
}
function longName(axis) {
  return `${axis[0]}axis${axis.slice(1)}`;
}

function element(parent, name, role) {
  let found = parent.querySelector(`:scope > .${name.split(" ").join(".")}`);
  if (!found) {
    found = document.createElement("div");
    found.className = name;
    if (role) {
      found.setAttribute("role", role);
      found.tabIndex = 0;
    }
    parent.appendChild(found);
  }
  return found;
}

function describe(slider, label, low, high, now, said) {
  slider.setAttribute("aria-label", label);
  slider.setAttribute("aria-orientation", "horizontal");
  slider.setAttribute("aria-valuemin", low.toFixed(2));
  slider.setAttribute("aria-valuemax", high.toFixed(2));
  slider.setAttribute("aria-valuenow", now.toFixed(2));
  slider.setAttribute("aria-valuetext", said);
}

// Follow the pointer from a press to its release, in pixels of the stage.
function follow(node, stage, { start, move, end }) {
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    node.setPointerCapture(event.pointerId);
    const at = (e) => e.clientX - stage.getBoundingClientRect().left;
    const held = start(at(event), event);
    const moved = (e) => move(at(e), held);
    const released = (e) => {
      node.removeEventListener("pointermove", moved);
      node.removeEventListener("pointerup", released);
      node.removeEventListener("pointercancel", released);
      end(at(e), held);
    };
    node.addEventListener("pointermove", moved);
    node.addEventListener("pointerup", released);
    node.addEventListener("pointercancel", released);
  });
}

function onArrows(node, step) {
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step(event.key, event.shiftKey)) {
      event.preventDefault();
      event.stopPropagation(); // the page's shortcuts must not move the window as well
    }
  });
}

// A vertical line over one or all panels that is dragged or stepped along the time axis.
function timeHandle(chart, name, commit) {
  const node = element(chart.over, name, "slider");
  if (node.dataset.ready) return node;
  node.dataset.ready = "1";
  const tag = document.createElement("span");
  tag.className = "emg-tag";
  node.appendChild(tag);
  let timer = null;
  const set = (seconds) => {
    const { low, high } = node.limits;
    node.seconds = Math.round(clamp(seconds, low, high) * 1000) / 1000;
    placeHandle(chart, node);
  };
  follow(node, chart.stage, {
    start: () => {
      node.held = true;
      node.focus({ preventScroll: true });
    },
    move: (pixel) => set(toSeconds(axisOf(chart.host, "xaxis"), pixel)),
    end: () => {
      node.held = false;
      commit();
    },
  });
  onArrows(node, (key, coarse) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1 }[key];
    if (!step) return false;
    node.held = true;
    set(node.seconds + step * (coarse ? COARSE_S : FINE_S));
    clearTimeout(timer);
    timer = setTimeout(() => {
      node.held = false;
      commit();
    }, KEY_WAIT_MS);
    return true;
  });
  return node;
}

function placeHandle(chart, node) {
  const time = axisOf(chart.host, "xaxis");
  if (!time || !node.rows) return;
  const pixel = toPixel(time, node.seconds);
  const inside = pixel >= time._offset - 1 && pixel <= time._offset + time._length + 1;
  node.style.display = inside ? "block" : "none";
  node.style.left = `${pixel}px`;
  node.style.top = `${node.rows[0]}px`;
  node.style.height = `${node.rows[1] - node.rows[0]}px`;
  node.firstChild.textContent = node.title0 + (node.held ? ` ${inSeconds(chart, node.seconds)}` : "");
  describe(node, node.label, node.limits.low, node.limits.high, node.seconds, inSeconds(chart, node.seconds));
}

function rowsOf(host, axes) {
  const found = axes.map((name) => host._fullLayout?.[longName(name)]).filter((axis) => axis?._length);
  if (!found.length) return null;
  return [Math.min(...found.map((a) => a._offset)), Math.max(...found.map((a) => a._offset + a._length))];
}

function showHandle(chart, node, seconds, limits, rows, label, title) {
  Object.assign(node, { limits, rows, label, title0: title });
  if (!node.held) node.seconds = seconds;
  placeHandle(chart, node);
}

function hide(chart, name) {
  const node = chart.over.querySelector(`:scope > .${name.split(" ").join(".")}`);
  if (node) node.style.display = "none";
}

function placeCursors(chart) {
  const { host, over } = chart;
  const { cursors, axes, full } = chart.extras;
  over.classList.toggle("emg-measuring", Boolean(cursors));
  host.classList.toggle("emg-measuring", Boolean(cursors));
  const names = ["emg-line emg-cursor-a", "emg-line emg-cursor-b"];
  if (!cursors) return names.forEach((name) => hide(chart, name));
  const commit = () => {
    const [a, b] = names.map((name) => element(over, name).seconds);
    chart.send("cursors", { a, b, at: performance.now() });
  };
  chart.commitCursors = commit;
  const limits = { low: full[0], high: full[1] };
  names.forEach((name, i) => {
    const node = timeHandle(chart, name, () => chart.commitCursors());
    const letter = "AB"[i];
    const label = filled(chart.words.cursor, { name: letter });
    showHandle(chart, node, [cursors.a, cursors.b][i], limits, rowsOf(host, axes), label, letter);
  });
}

function placeEdges(chart) {
  const { host, over } = chart;
  const { edges } = chart.extras;
  const names = ["emg-line emg-edge-onset", "emg-line emg-edge-offset"];
  if (!edges) return names.forEach((name) => hide(chart, name));
  const [onset, offset] = names.map((name) => timeHandle(chart, name, () => chart.commitEdges()));
  chart.commitEdges = () => {
    const now = chart.extras.edges;
    if (!now || (onset.seconds === now.onset && offset.seconds === now.offset)) return;
    const message = { channel: now.channel, index: now.index, onset: onset.seconds, offset: offset.seconds };
    chart.send("edge", { ...message, at: performance.now() });
  };
  const rows = rowsOf(host, [edges.axis]);
  const low = { low: edges.low, high: edges.offset - SHORTEST_EDGE_S };
  const high = { low: edges.onset + SHORTEST_EDGE_S, high: edges.high };
  const said = chart.words;
  showHandle(chart, onset, edges.onset, low, rows, filled(said.start_of, edges), said.start);
  showHandle(chart, offset, edges.offset, high, rows, filled(said.end_of, edges), said.end);
}

// A press without a drag: sets the next cursor while measuring, else visits the contraction under it.
function listenForClicks(chart) {
  let pressed = null;
  chart.stage.addEventListener(
    "pointerdown",
    (event) => {
      pressed = event.target.closest?.(".nsewdrag") ? [event.clientX, event.clientY] : null;
    },
    true,
  );
  chart.released = (event) => {
    if (!pressed || chart.gone) return;
    const [x, y] = pressed;
    pressed = null;
    if (Math.hypot(event.clientX - x, event.clientY - y) > 3) return;
    const box = chart.stage.getBoundingClientRect();
    clicked(chart, x - box.left, y - box.top);
  };
  document.addEventListener("pointerup", chart.released, true);
}

function clicked(chart, x, y) {
  const { host, extras } = chart;
  const time = axisOf(host, "xaxis");
  if (!time || !extras) return;
  const seconds = clamp(toSeconds(time, x), ...(extras.full ?? time.range.map(Number)));
  if (extras.cursors) {
    const which = chart.nextCursor ?? "a";
    chart.nextCursor = which === "a" ? "b" : "a";
    extras.cursors[which] = Math.round(seconds * 1000) / 1000;
    placeCursors(chart);
    chart.send("cursors", { a: extras.cursors.a, b: extras.cursors.b, at: performance.now() });
    return;
  }
  for (const { axes, channel, intervals } of extras.picks ?? []) {
    const rows = rowsOf(host, axes);
    if (!rows || y < rows[0] || y > rows[1]) continue;
    const slack = toSeconds(time, x + 5) - toSeconds(time, x);
    const within = (room) => intervals.findIndex(([on, off]) => seconds >= on - room && seconds <= off + room);
    const exact = within(0);
    const index = exact >= 0 ? exact : within(slack);
    if (index >= 0) chart.send("pick", { channel, index, at: performance.now() });
    return;
  }
}

function placeOverlay(chart) {
  if (!chart.extras || !chart.host._fullLayout) return;
  if (!chart.extras.cursors) chart.nextCursor = "a";
  placeMap(chart);
  placeCursors(chart);
  placeEdges(chart);
}

// Plotly's own legend cannot wrap around what stands below it; this one can.
function drawLegend(node, items) {
  node.replaceChildren(
    ...items.map((item) => {
      const entry = document.createElement("span");
      const swatch = document.createElement("span");
      swatch.className = `emg-swatch emg-swatch-${item.kind}`;
      swatch.style.color = item.color;
      if (item.kind === "line") swatch.style.borderTop = `${item.width}px ${item.dash} ${item.color}`;
      else if (item.kind === "glyph") swatch.textContent = item.glyph;
      swatch.setAttribute("aria-hidden", "true");
      entry.append(swatch, item.label);
      return entry;
    }),
  );
}
