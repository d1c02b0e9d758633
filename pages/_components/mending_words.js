// The framework says some things in English whatever the language of the page: they are said in the page's language.
// `globalThis.__emgWords` holds what is English and what it is called; what stands between braces is kept as it is.
globalThis.__emgMend.push((() => {
  const SAID = new WeakMap();
  const ATTRIBUTES = ["aria-label", "title", "placeholder", "aria-valuetext"];
  // Only parts of the framework: what people wrote is never touched.
  const PLACES = [
    "InputInstructions", "stSkipToContent", "stDateInput", "stNumberInput", "stConnectionStatus", "stDownloadButton",
    "stDataFrameColumnMenu", "stDataFrameColumnVisibilityMenu", "stTooltipContent",
  ].map((name) => `[data-testid=${name}]`).join() + ", [role=listbox], .gdg-search-status";
  let spoke = false, known = null, exact = new Map(), patterns = [];

  const learn = () => {
    known = globalThis.__emgWords;
    spoke ||= known.length > 0;
    exact = new Map(known.filter(([english]) => !english.includes("{")));
    patterns = known.filter(([english]) => english.includes("{")).map(([english, said]) => {
      const parts = english.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      return [new RegExp(`^${parts.join("(.+)")}$`, "s"), said.split(/\{\w+\}/)];
    });
  };
  const said = (english) => {
    if (exact.has(english)) return exact.get(english);
    for (const [pattern, parts] of patterns) {
      const found = pattern.exec(english);
      if (found) return parts.reduce((whole, part, i) => whole + found[i] + part);
    }
    return english;
  };
  const mend = (node, name, now, write) => {
    if (!now) return;
    const mine = SAID.get(node) ?? {};
    const english = mine[name]?.said === now ? mine[name].english : now.trim();
    const words = said(english);
    if (words === english && !mine[name]) return;
    mine[name] = { english, said: words };
    SAID.set(node, mine);
    if (words !== now.trim()) write(words);
  };

  return () => {
    if (known !== globalThis.__emgWords) learn();
    // A picture of a word that stands beside it has nothing to say.
    for (const icon of document.querySelectorAll("[role=img][aria-label$=' icon']")) {
      icon.removeAttribute("aria-label");
      icon.removeAttribute("role");
      icon.setAttribute("aria-hidden", "true");
    }
    if (!spoke) return; // an English page of somebody who never left English
    for (const each of document.querySelectorAll("[aria-label], [title], [placeholder], [aria-valuetext]")) {
      if (each.closest(".emg-chart, [data-emg-own]")) continue;
      for (const name of ATTRIBUTES) mend(each, name, each.getAttribute(name), (words) => each.setAttribute(name, words));
    }
    for (const place of document.querySelectorAll(PLACES)) {
      const words = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      while (words.nextNode()) {
        const node = words.currentNode;
        mend(node, "text", node.data, (text) => { node.data = text; });
      }
    }
  };
})());
