// Loads plotly.js once for all charts of a page.
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
