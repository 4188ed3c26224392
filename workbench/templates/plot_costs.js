// One cost of every framework: bars from zero, or points where the axis has no zero.

const FORMATS = { s: ".3s", B: ".3s", "×": ".2f" };
const ROOM = { linear: 0.55, logarithmic: 0.6 }; // for the numbers beside the bars

/** A measurement of either kind as a median and its quartiles, or nothing. */
function spreadOf(measured) {
  const found =
    typeof measured === "number"
      ? { median: measured, low: measured, high: measured }
      : measured;
  const isKnown = found && [found.median, found.low, found.high].every(Number.isFinite);
  return isKnown ? found : null;
}

/** The medians with whiskers; `look` says what they are drawn as. */
function medianMarks(names, spreads, symbol, look) {
  const text = (what) => `%{${what}:${FORMATS[symbol]}}${symbol}`;
  return {
    x: spreads.map((s) => s.median),
    y: names,
    error_x: {
      type: "data",
      symmetric: false,
      array: spreads.map((s) => s.high - s.median),
      arrayminus: spreads.map((s) => s.median - s.low),
      color: style("--text"),
      thickness: 1.2,
      width: 3,
      visible: spreads.some((s) => s.high > s.low),
    },
    customdata: spreads.map((s) => [s.low, s.high]),
    hovertemplate:
      `${text("x")} (${text("customdata[0]")} to ${text("customdata[1]")})` +
      "<extra></extra>",
    ...look,
  };
}

/** The medians as numbers, right of the whiskers. */
function medianTexts(names, spreads, symbol) {
  return {
    x: spreads.map((s) => s.high),
    y: names,
    customdata: spreads.map((s) => s.median),
    mode: "text",
    texttemplate: `\u2002%{customdata:${FORMATS[symbol]}}${symbol}`,
    textposition: "middle right",
    hoverinfo: "skip",
  };
}

function costAxis(spreads, symbol, isLogarithmic) {
  const high = Math.max(...spreads.map((s) => s.high));
  const tickformat = symbol === "×" ? "" : "~s";
  const more = { ticksuffix: symbol, nticks: 5, tickformat };
  if (!isLogarithmic) return axis({ ...more, range: [0, high * (1 + ROOM.linear)] });
  const low = Math.min(...spreads.map((s) => s.low));
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const width = to - from || 1;
  const range = [from - width * 0.1, to + width * ROOM.logarithmic];
  return axis({ ...more, type: "log", range, dtick: 1 });
}

/** Where the basis of the ratios lies. */
const lineAtOne = () => ({
  type: "line", x0: 1, x1: 1, yref: "paper", y0: 0, y1: 1,
  line: { color: style("--gate"), width: 1, dash: "dot" },
});

PLOTS.cost = (about, rows, [key], box) => {
  const known = rows.filter((row) => spreadOf(row[key]));
  if (!known.length) return "No row that is shown has this cost.";

  const isLogarithmic = one(".logarithmic", box.closest("section")).checked;
  const { symbol } = report.costs[key];
  const spreads = known.map((row) => spreadOf(row[key]));
  const names = known.map((row) => plain(nameOf(row, about.rows)));
  const color = known.map((row) => hueOf(row.framework));
  const symbols = known.map((row) => markerOf(row, about.rows).symbol);
  const bars = { type: "bar", orientation: "h", width: 0.6, marker: { color } };
  const points = { mode: "markers", marker: { size: 10, color, symbol: symbols } };
  return {
    traces: [
      medianMarks(names, spreads, symbol, isLogarithmic ? points : bars),
      medianTexts(names, spreads, symbol),
    ],
    layout: {
      height: 70 + 30 * known.length,
      showlegend: false,
      shapes: key === "step_ratio" ? [lineAtOne()] : [],
      xaxis: costAxis(spreads, symbol, isLogarithmic),
      yaxis: axis({
        autorange: "reversed",
        showgrid: false,
        tickfont: { color: style("--text") },
      }),
    },
  };
};
