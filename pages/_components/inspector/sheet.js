// Draws one button for each contraction, in the theme of the page; a press tells Python which one.
const SVG = "http://www.w3.org/2000/svg";
const TOKENS = {
  text: "@text", muted: "@muted", grid: "@grid", hover: "@rest", select: "@select", focus: "@window",
  "rejected-line": "@rejected_fill",
};

function isDark(element) {
  const probe = document.createElement("span");
  probe.style.color = getComputedStyle(element).getPropertyValue("--st-background-color").trim() || "#fff";
  element.appendChild(probe);
  const [r, g, b] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  probe.remove();
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}

function drawn(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function line(x1, y1, x2, y2, color, dash) {
  const attributes = { x1, y1, x2, y2, stroke: color, "stroke-width": 1, "vector-effect": "non-scaling-stroke" };
  return drawn("line", dash ? { ...attributes, "stroke-dasharray": dash } : attributes);
}

function picture(muscle, cell, color) {
  const svg = drawn("svg", { viewBox: "0 0 120 56", preserveAspectRatio: "none", "aria-hidden": "true" });
  svg.append(line(0, 54, 120, 54, color("@grid")));
  if (muscle.target !== null) svg.append(line(0, muscle.target, 120, muscle.target, color("@text"), "4 3"));
  if (muscle.hold !== null) svg.append(line(muscle.hold, 0, muscle.hold, 54, color("@muted"), "2 3"));
  svg.append(
    drawn("path", {
      d: cell.path, fill: color(muscle.pale), stroke: color(muscle.tone), "stroke-width": 1.4,
      "stroke-linejoin": "round", "vector-effect": "non-scaling-stroke",
    }),
  );
  return svg;
}

function contraction(muscle, cell, color, send) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ct-cell";
  button.style.setProperty("--ct-class", color(cell.color));
  button.setAttribute("aria-pressed", String(cell.selected));
  button.setAttribute("aria-label", cell.said);
  button.title = cell.said;
  button.dataset.cell = `${muscle.channel}:${cell.index}`;
  const words = document.createElement("span");
  words.className = "ct-words";
  const name = document.createElement("b");
  name.textContent = `${cell.number} ${cell.glyph}${cell.doubtful ? " ?" : ""}${cell.kept ? " ✎" : ""}`;
  words.append(name, cell.text);
  button.append(words, picture(muscle, cell, color));
  button.onclick = () => send({ channel: muscle.channel, index: cell.index });
  return button;
}

function empty(cell) {
  const box = document.createElement("div");
  box.className = `ct-cell ct-empty ct-${cell.kind}`;
  box.textContent = cell.text;
  box.title = cell.said;
  return box;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const sheet = parentElement.querySelector(".ct-sheet");
  if (!sheet || !data) return;
  const palette = data.palettes[isDark(sheet) ? "dark" : "light"];
  const color = (token) => palette[token] ?? token;
  for (const [name, token] of Object.entries(TOKENS)) sheet.style.setProperty(`--ct-${name}`, color(token));
  sheet.setAttribute("role", "group");
  sheet.setAttribute("aria-label", data.alt);
  const focused = sheet.getRootNode().activeElement?.dataset?.cell;
  const send = (pick) => setTriggerValue("pick", pick);
  sheet.replaceChildren(
    ...data.muscles.flatMap((muscle) => {
      const head = document.createElement("div");
      head.className = "ct-head";
      const name = document.createElement("b");
      name.textContent = muscle.label;
      const note = document.createElement("small");
      note.textContent = muscle.note;
      head.append(name, note);
      const cells = document.createElement("div");
      cells.className = "ct-cells";
      cells.append(
        ...muscle.cells.map((cell) => (cell.kind === "contraction" ? contraction(muscle, cell, color, send) : empty(cell))),
      );
      return [head, cells];
    }),
  );
  if (focused) sheet.querySelector(`[data-cell="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}
