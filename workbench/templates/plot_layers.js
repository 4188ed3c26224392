// One line for each layer, from the first at the top to the last: errors with their
// gate, or seconds.

const LAYER_PIXELS = 22;

/** Errors are numbers, times are spreads. */
const numberOf = (layer, quantity) =>
  quantity === "seconds" ? layer.seconds?.median ?? null : layer[quantity];

/** The axis of seconds has no place for zero, and needs none. */
function scaleOf(quantity, numbers) {
  if (quantity !== "seconds") {
    const [[, gate]] = report.gates.float64[quantity];
    return { gate, ...logarithmic([...numbers, gate]) };
  }
  const more = { type: "log", ticksuffix: "s", tickformat: "~s", dtick: 1 };
  return { place: (n) => n, axis: axis(more) };
}

const lineAt = (gate) => ({
  type: "line", x0: gate, x1: gate, yref: "paper", y0: 0, y1: 1,
  line: { color: style("--gate"), width: 2 },
});

PLOTS.layers = (about, rows, [quantity]) => {
  const known = rows.filter((row) =>
    row.layers?.some((layer) => numberOf(layer, quantity) !== null));
  if (!known.length) return "No row that is shown has this, layer by layer.";

  const layersOfAll = about.rows.flatMap((row) => row.layers ?? []);
  const names = [...new Set(layersOfAll.map((layer) => layer.name))];
  const numbers = known.flatMap((row) =>
    row.layers.map((layer) => numberOf(layer, quantity)));
  const scale = scaleOf(quantity, numbers.filter((n) => n !== null));
  const format = quantity === "seconds" ? ".3s" : ".2~e";
  return {
    traces: known.map((row) => {
      const layers = row.layers.filter((layer) => numberOf(layer, quantity) !== null);
      const found = layers.map((layer) => numberOf(layer, quantity));
      return {
        name: plain(nameOf(row, about.rows)),
        x: found.map(scale.place),
        y: layers.map((layer) => layer.name),
        customdata: found,
        mode: "markers",
        marker: markerOf(row, about.rows, { size: 8 }),
        hovertemplate: `%{y}: %{customdata:${format}}`,
      };
    }),
    layout: {
      height: 100 + LAYER_PIXELS * names.length,
      shapes: scale.gate ? [lineAt(scale.gate)] : [],
      xaxis: scale.axis,
      yaxis: axis({
        categoryorder: "array",
        categoryarray: names,
        range: [names.length - 0.4, -0.6],
        tickfont: { color: style("--text") },
        dtick: 1,
      }),
    },
  };
};
