// Errors on a logarithmic axis, in bands of one kind each, with the gates as lines.

const BAND = 0.36; // half of a band's height, where the distance of two bands is 1

/** The errors of a row, kind by kind; those in float64 stand in the row itself. */
function errorsOf(row, dtype) {
  const found = dtype === "float64" ? row : row[dtype];
  const kinds = Object.keys(report.gates[dtype]);
  return kinds.map((kind) => found?.[`${kind}_error`] ?? null);
}

/** Where in its band a row is drawn: one below the other. */
const offset = (place, count) =>
  count < 2 ? 0 : 0.8 * BAND * ((2 * place) / (count - 1) - 1);

function gateLine(band, when, gate) {
  return {
    x: [gate, gate],
    y: [band - BAND, band + BAND],
    mode: "lines+text",
    line: { color: style("--gate"), width: 2 },
    text: [when || "gate"],
    textposition: "top center",
    textfont: { size: 10, color: style("--soft") },
    hovertemplate: `gate ${gate.toExponential()} ${when}<extra></extra>`,
    showlegend: false,
  };
}

PLOTS.errors = (about, rows, [dtype]) => {
  const known = rows.filter((row) => errorsOf(row, dtype).some((n) => n !== null));
  if (!known.length) return "No row that is shown has this error.";

  const kinds = Object.keys(report.gates[dtype]);
  const gates = Object.values(report.gates[dtype]);
  const limits = gates.flat().map(([, gate]) => gate);
  const numbers = known.flatMap((row) => errorsOf(row, dtype));
  const scale = logarithmic([...numbers, ...limits]);
  const points = known.map((row, place) => {
    const errors = errorsOf(row, dtype);
    return {
      name: plain(nameOf(row, about.rows)),
      x: errors.map((n) => (n === null ? null : scale.place(n))),
      y: kinds.map((_, band) => band + offset(place, known.length)),
      mode: "markers",
      marker: markerOf(row, about.rows, { size: 9 }),
      customdata: errors,
      hovertemplate: "%{customdata:.2~e}",
    };
  });
  return {
    traces: [
      ...gates.flatMap((found, band) => found.map((gate) => gateLine(band, ...gate))),
      ...points,
    ],
    layout: {
      height: 290 + 8 * known.length,
      xaxis: scale.axis,
      yaxis: axis({
        range: [kinds.length - 0.5, -0.55],
        tickvals: kinds.map((_, band) => band),
        ticktext: kinds,
        showgrid: false,
      }),
    },
  };
};
