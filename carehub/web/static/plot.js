// Draws what the table below says, with uPlot. Without this script the table says it all.
"use strict";

function draw(box) {
  const { plot, median, ninth, hour, seconds } = box.dataset;
  const { x, median: half, ninth: most } = JSON.parse(plot);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--ds-color-${name}`).trim() || "currentcolor";
  const axis = { stroke: colour("neutral-text-subtle"), grid: { stroke: colour("neutral-border-subtle"), width: 1 } };
  const line = (label, stroke, dash) => ({ label, stroke, dash, width: 2, points: { show: true, size: 7 }, spanGaps: false });
  const size = () => ({ width: Math.max(260, box.clientWidth), height: 260 });
  box.replaceChildren();
  const chart = new uPlot({
    ...size(),
    scales: { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(60, high * 1.1)] } },
    axes: [{ ...axis, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick).padStart(2, "0") : "")) }, { ...axis, label: seconds, size: 60 }],
    series: [{ label: hour }, line(median, colour("accent-base-default")), line(ninth, colour("warning-text-subtle"), [6, 4])],
  }, [x, half, most], box);
  new ResizeObserver(() => chart.setSize(size())).observe(box.parentElement);
}

function drawAll() {
  for (const box of document.querySelectorAll("[data-plot]")) draw(box);
}

drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
