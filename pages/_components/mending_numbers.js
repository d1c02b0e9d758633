// A field for a number takes a comma for what it is. Chromium's own drops it without a word where the browser speaks
// English: "2,5" became 25. Here the field is text, shown with the comma or point of the page's language, and tells the
// framework the number with a point, as before.
globalThis.__emgMend.push((() => {
  const PLAIN = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  const TYPED = /^[-+−]?\d*([.,]\d*)?$/;
  const comma = () => document.documentElement.lang !== "en";
  const dotted = (text) => text.replace(/[\s\u00a0\u202f]/g, "").replace("−", "-").replace(",", ".");
  const shown = (text) => (comma() ? text.replace(".", ",") : text.replace(",", "."));

  const tell = (field) => {
    const text = PLAIN.get.call(field);
    const number = Number.parseFloat(dotted(text));
    if (Number.isNaN(number)) {
      field.removeAttribute("aria-valuenow");
      field.removeAttribute("aria-valuetext");
    } else {
      field.setAttribute("aria-valuenow", String(number));
      field.setAttribute("aria-valuetext", text);
    }
  };

  const take = (field) => {
    const tracked = Object.getOwnPropertyDescriptor(field, "value") ?? PLAIN;
    const text = tracked.get.call(field);
    field.dataset.emgNumber = "";
    field.type = "text";
    field.inputMode = "decimal";
    field.autocomplete = "off";
    field.setAttribute("role", "spinbutton");
    for (const [name, limit] of [["aria-valuemin", field.min], ["aria-valuemax", field.max]]) {
      if (limit !== "" && Math.abs(limit) < 1e12) field.setAttribute(name, limit); // beyond that: no limit
    }
    // React sets the type again with every number.
    Object.defineProperty(field, "type", { configurable: true, get: () => "text", set: () => {} });
    Object.defineProperty(field, "value", {
      configurable: true,
      get() { return dotted(PLAIN.get.call(this)); },
      set(number) {
        tracked.set.call(this, number);
        PLAIN.set.call(this, shown(String(number ?? "")));
        tell(this);
      },
    });
    field.addEventListener("beforeinput", (event) => {
      if (event.data === null && event.inputType !== "insertFromPaste") return;
      const now = PLAIN.get.call(field), added = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
      const then = now.slice(0, field.selectionStart) + added + now.slice(field.selectionEnd);
      if (!TYPED.test(then.replace(/[\s\u00a0\u202f]/g, ""))) event.preventDefault();
    });
    field.addEventListener("input", () => tell(field));
    PLAIN.set.call(field, shown(text));
    tell(field);
  };

  return () => {
    document.querySelectorAll("input[data-testid=stNumberInputField]:not([data-emg-number])").forEach(take);
    for (const field of document.querySelectorAll("input[data-emg-number]")) {
      const now = PLAIN.get.call(field);
      if (field === document.activeElement || now === shown(now)) continue;
      PLAIN.set.call(field, shown(now));
      tell(field);
    }
  };
})());
