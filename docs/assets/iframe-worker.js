// A browser starts no worker for a page that was opened from a disk, and the search is one. So there, and only there, a
// worker is a hidden frame that loads the same script and is given the same messages.
if (location.protocol === "file:") {
  window.Worker = class {
    constructor(address) {
      const script = new URL(address, location.href).href;
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.srcdoc = "<!doctype html><title>search</title>";
      this.ready = new Promise((resolve, reject) => {
        this.frame.onload = () => {
          const inside = this.frame.contentWindow;
          inside.postMessage = (data) => this.onmessage?.(new MessageEvent("message", { data }));
          const element = inside.document.createElement("script");
          element.src = script;
          element.onload = () => resolve(inside);
          element.onerror = reject;
          inside.document.head.append(element);
        };
      });
      this.ready.catch(() => this.onerror?.(new ErrorEvent("error")));
      document.documentElement.append(this.frame);
    }

    postMessage(data) {
      this.ready.then((inside) => inside.dispatchEvent(new inside.MessageEvent("message", { data }))).catch(() => {});
    }

    terminate() {
      this.frame.remove();
    }
  };
}
