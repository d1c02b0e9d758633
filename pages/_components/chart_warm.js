// Loads plotly.js while the browser has nothing else to do, so that the first chart need not wait for it.
export default function ({ data }) {
  const load = () => loadPlotly(data.plotly_url).catch(() => {}); // said where a chart is missed
  if (globalThis.requestIdleCallback) requestIdleCallback(load, { timeout: 2000 });
  else setTimeout(load, 200);
}
