// What all plots share: colours, axes, and when they are drawn.

/**
 * Makers of plots by name: (document, rows that are shown, argument, box) => plot, or a
 * sentence that says why there is none.
 */
const PLOTS = {};

const SYMBOLS = [
  "circle", "square", "diamond", "triangle-up", "x", "star", "hexagon", "pentagon",
];
const DASHES = ["solid", "dash", "dot", "dashdot"];
const CONFIG = { displayModeBar: false, responsive: true };

const style = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const placeOf = (framework) => report.frameworks.indexOf(framework) % SYMBOLS.length;
const hueOf = (framework) => style(`--hue-${placeOf(framework)}`);

/** Which of its framework's modes a row is. */
const modeOf = (row, rows) =>
  rows.filter((other) => other.framework === row.framework).indexOf(row);

/** What the points of a row look like; modes after the first have an outline. */
const markerOf = (row, rows, more) => ({
  color: hueOf(row.framework),
  symbol: SYMBOLS[placeOf(row.framework)],
  line: { color: style("--text"), width: modeOf(row, rows) > 0 ? 1.5 : 0 },
  ...more,
});

/** Text that plotly must not read as markup. */
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function axis(more) {
  return {
    automargin: true,
    fixedrange: true,
    gridcolor: style("--line"),
    zeroline: false,
    tickcolor: style("--line"),
    tickfont: { color: style("--soft") },
    ...more,
  };
}

function frame(more) {
  const color = style("--text");
  const [bgcolor, bordercolor] = [style("--page"), style("--line")];
  return {
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color },
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    margin: { l: 8, r: 12, t: 8, b: 8 },
    dragmode: false,
    hoverlabel: { bgcolor, bordercolor, font: { color } },
    legend: {
      orientation: "h", x: 0, y: -0.22, yanchor: "top",
      itemclick: false, itemdoubleclick: false, itemsizing: "constant",
    },
    ...more,
  };
}

/**
 * A logarithmic axis that has a place for zero: a decade below the smallest number.
 * `place` gives the point at which a number is drawn.
 */
function logarithmic(numbers, more) {
  const known = numbers.filter((n) => n > 0);
  const logs = (known.length ? known : [1e-8, 1e-6]).map(Math.log10);
  const low = Math.floor(logs.reduce((a, b) => Math.min(a, b))) - 1;
  const high = Math.ceil(logs.reduce((a, b) => Math.max(a, b)));
  const step = Math.ceil((high - low) / 6);
  const decades = [];
  for (let decade = high; decade > low; decade -= step) decades.unshift(decade);
  return {
    place: (n) => (n > 0 ? n : 10 ** low),
    axis: axis({
      type: "log",
      range: [low - 0.4, high + 0.4],
      tickvals: [low, ...decades].map((decade) => 10 ** decade),
      ticktext: ["0", ...decades.map((decade) => `10<sup>${decade}</sup>`)],
      ...more,
    }),
  };
}

/** Draw one plot, or say in words why there is none. */
function draw(box) {
  const about = documentOf(box);
  const [name, argument] = box.dataset.plot.split("/");
  const rows = about.rows.filter((row) => isShown(row.framework));
  const plot = PLOTS[name](about, rows, argument, box);
  const isSentence = typeof plot === "string";
  box.role = isSentence ? "note" : "img";
  if (box.classList.toggle("empty", isSentence)) {
    Plotly.purge(box);
    box.replaceChildren(plot);
  } else {
    if (!box.querySelector(".plot-container")) box.replaceChildren();
    Plotly.react(box, plot.traces, frame(plot.layout), CONFIG);
  }
}

/** The plots that are still to be drawn: one at a time, so that the page can answer. */
let waiting = [];

function drawNext() {
  one("main").ariaBusy = String(waiting.length > 0);
  if (!waiting.length) return;
  draw(waiting.shift());
  setTimeout(drawNext);
}

/** Draw the plots of the panel that is shown; in a hidden one they have no size yet. */
function drawShown() {
  const shown = all(".chart", shownPanel());
  const isIdle = waiting.length === 0;
  if (window.Plotly) {
    waiting = shown;
    if (isIdle) drawNext();
  } else if (document.readyState === "complete") {
    for (const box of shown) box.textContent = "plotly.min.js is not beside this page.";
  }
}

function startPlots() {
  addEventListener("load", drawShown);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawShown);
  for (const box of all(".logarithmic")) box.addEventListener("change", drawShown);
}
