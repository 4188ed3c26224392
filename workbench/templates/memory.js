// Live bytes after every event: a step for each, an area below them, a mark at the peak.

const style = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const { held_bytes: held, events, peak } = recording;
const live = [held, ...events.map((event) => event.live_bytes)];
const words = [
  "before the step",
  ...events.map(
    (event) => `${event.action} ${event.maker} ${event.dtype}[${event.shape.join(", ")}]`,
  ),
];

const timeline = () => ({
  x: live.map((_, number) => number),
  y: live,
  text: words,
  mode: "lines",
  line: { shape: "hv", color: style("--hue"), width: 1.5 },
  fill: "tozeroy",
  hovertemplate: "event %{x}: %{text}<br>%{y:,} bytes live<extra></extra>",
});

const mark = () => ({
  x: [peak.after],
  y: [peak.live_bytes],
  mode: "markers",
  marker: { color: style("--gate"), size: 9 },
  hoverinfo: "skip",
});

function draw() {
  const [color, gridcolor] = [style("--text"), style("--line")];
  const axis = { gridcolor, zerolinecolor: gridcolor, automargin: true };
  const layout = {
    font: { color },
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    margin: { l: 8, r: 12, t: 8, b: 8 },
    showlegend: false,
    hoverlabel: { bgcolor: style("--page"), font: { color } },
    xaxis: { ...axis, title: { text: "event" }, showgrid: false },
    yaxis: { ...axis, rangemode: "tozero", tickformat: "~s", ticksuffix: "B" },
  };
  const config = { displayModeBar: false, responsive: true };
  Plotly.react("chart", [timeline(), mark()], layout, config);
}

draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
