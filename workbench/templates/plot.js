// What all plots share: colours, axes, and when they are drawn.

/**
 * Makers of plots by name: (document, rows that are shown, arguments, box) => plot, or
 * a sentence that says why there is none. The arguments are what follows the name in
 * `data-plot`, between slashes.
 */
const PLOTS = {};

const SYMBOLS = [
  "circle", "square", "diamond", "triangle-up", "x", "star", "hexagon", "pentagon",
];
// Of a framework's modes, in their order: how lines are broken, and how points look.
const DASHES = ["solid", "dash", "dot", "dashdot"];
const LOOKS = [
  { suffix: "", width: 0 },
  { suffix: "", width: 1.5 }, // with an outline
  { suffix: "-open", width: 1.5 },
  { suffix: "-open-dot", width: 1.5 },
];
const CONFIG = { displayModeBar: false, responsive: true };
const LEGEND = { mark: 50, letter: 7, line: 19 }; // of an entry, in pixels
const PRINTED_PIXELS = 640; // the width of a plot on paper

const style = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const placeOf = (framework) => report.frameworks.indexOf(framework) % SYMBOLS.length;
const hueOf = (framework) => style(`--hue-${placeOf(framework)}`);

/** Which of its framework's modes a row is. */
const modeOf = (row, rows) =>
  rows.filter((other) => other.framework === row.framework).indexOf(row);

/** What the points of a row look like. */
function markerOf(row, rows, more) {
  const { suffix, width } = LOOKS[modeOf(row, rows) % LOOKS.length];
  return {
    color: hueOf(row.framework),
    symbol: SYMBOLS[placeOf(row.framework)] + suffix,
    line: { color: style("--text"), width },
    ...more,
  };
}

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
      orientation: "h", x: 0, y: 0, yref: "container", yanchor: "bottom",
      itemclick: false, itemdoubleclick: false, itemsizing: "constant",
      maxheight: 1, // of the plot: by default it is half, and the rest is cut off
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
  const step = Math.ceil((high - low) / 5);
  const decades = [];
  // The label of zero needs as much room as the others.
  const least = low + (step > 1 ? 2 : 1);
  for (let decade = high; decade >= least; decade -= step) decades.unshift(decade);
  return {
    place: (n) => (n > 0 ? n : 10 ** low),
    axis: axis({
      type: "log",
      range: [low - 0.4, high + 0.4],
      tickangle: 0,
      tickvals: [low, ...decades].map((decade) => 10 ** decade),
      ticktext: ["0", ...decades.map((decade) => `10<sup>${decade}</sup>`)],
      ...more,
    }),
  };
}

/** What a legend needs below a plot: as many lines as its entries fill. */
function legendPixels({ traces, layout }, width) {
  const names = traces.filter((trace) => trace.showlegend !== false)
    .map((trace) => trace.name ?? "");
  if (layout.showlegend === false || !names.length) return 0;
  const longest = Math.max(...names.map((name) => name.length));
  const entry = LEGEND.mark + LEGEND.letter * longest;
  const columns = Math.max(1, Math.floor(width / entry));
  return LEGEND.line * Math.ceil(names.length / columns);
}

/** Draw one plot, or say in words why there is none. */
function draw(box) {
  const anchor = panelOf(box).id;
  const [name, ...details] = box.dataset.plot.split("/");
  const plot = PLOTS[name](report.documents[anchor], shownRowsOf(anchor), details, box);
  const isSentence = typeof plot === "string";
  one(".takes", box.closest("figure")).hidden = isSentence;
  box.role = isSentence ? "note" : "img";
  if (box.classList.toggle("empty", isSentence)) {
    Plotly.purge(box);
    box.replaceChildren(plot);
  } else {
    if (!box.querySelector(".plot-container")) box.replaceChildren();
    const height = plot.layout.height + legendPixels(plot, box.clientWidth);
    Plotly.react(box, plot.traces, frame({ ...plot.layout, height }), CONFIG);
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
  const shown = shownPanel() ? all(".chart", shownPanel()) : [];
  const isIdle = waiting.length === 0;
  if (window.Plotly) {
    waiting = shown;
    if (isIdle) drawNext();
  } else if (document.readyState === "complete") {
    for (const box of shown) box.textContent = "plotly.min.js is not beside this page.";
  }
}

/** Paper is white and narrower than most screens; afterwards plots are as they were. */
function fitToPaper(isPrinted) {
  document.documentElement.classList.toggle("paper", isPrinted);
  if (!window.Plotly || !shownPanel()) return;
  const width = isPrinted ? PRINTED_PIXELS : null;
  for (const box of all(".chart", shownPanel())) {
    draw(box);
    if (!box.matches(".empty")) Plotly.relayout(box, { width, autosize: !isPrinted });
  }
}

function startPlots() {
  addEventListener("beforeprint", () => fitToPaper(true));
  addEventListener("afterprint", () => fitToPaper(false));
  addEventListener("load", drawShown);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawShown);
  for (const box of all(".logarithmic")) box.addEventListener("change", drawShown);
}
