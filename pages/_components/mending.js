(() => {
  if (globalThis.__emgMended) {
    globalThis.__emgMended(); // another language: its words came with this script
    return;
  }
  const WAIT_MS = 200;
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  // A menu that is folded away is still reached by Tab, out of sight.
  const foldAway = (side) => {
    const folded = side.dataset.collapsed === "true";
    if (side.inert !== folded) side.inert = folded;
  };

  // Its list holds the headings of its sections, which a list must not; without the list it is what it looks like.
  const noList = (item) => item.setAttribute("role", "none");

  // A table that is wider than the screen is moved by the arrow keys once it can be reached by Tab.
  const reachable = (table) => {
    const scrolls = table.scrollWidth > table.clientWidth + 1;
    if (scrolls === (table.dataset.mended === "scrolls")) return;
    if (scrolls) {
      const heads = [...table.querySelectorAll("th")].map((head) => head.textContent.trim()).filter(Boolean);
      table.dataset.mended = "scrolls";
      table.tabIndex = 0;
      table.setAttribute("role", "group");
      table.setAttribute("aria-label", heads.join(", "));
    } else {
      delete table.dataset.mended;
      table.removeAttribute("tabindex");
      table.removeAttribute("role");
      table.removeAttribute("aria-label");
    }
  };

  // The words on this button come from the style sheet: say them to those who have the page read aloud.
  const named = (button) => {
    const words = button.querySelector("[data-testid=stMarkdownContainer]");
    const drawn = words ? getComputedStyle(words, "::after").content : "none";
    const name = drawn.startsWith('"') ? drawn.slice(1, -1) : "";
    if (name && button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
  };

  // Parts that lie over the page are outside of it and do not know its theme.
  const theme = (app) => {
    const [r, g, b] = getComputedStyle(app).backgroundColor.match(/\d+/g) ?? [255, 255, 255];
    document.body.toggleAttribute("data-emg-dark", +r + +g + +b < 200);
  };

  let waiting = 0;
  const mend = () => {
    waiting = 0;
    each("[data-testid=stApp]", theme);
    each("[data-testid=stSidebar]", foldAway);
    each("[data-testid=stSidebarNavItems]:not([role]), [data-testid=stSidebarNavItems] li:not([role])", noList);
    each("[data-testid=stTable] > div", reachable);
    each("[data-testid=stFileUploaderDropzone] > span button", named);
    globalThis.__emgMend.forEach((act) => act());
  };
  const soon = () => { waiting ||= setTimeout(mend, WAIT_MS); };
  globalThis.__emgMended = soon;
  new MutationObserver(soon).observe(document.documentElement, {
    subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ["data-collapsed", "lang", "data-test-connection-state", "aria-label", "placeholder"],
  });
  addEventListener("resize", soon);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);
  mend();
})();
