// Losses over the steps: all of them, and what each differs from the first.

const POINTS = 2000; // more cannot be told apart on a screen
const WIDTHS = [1.5, 7]; // of the uppermost line and of the lowest, in pixels

/** The steps that are drawn: all, or evenly some of them. */
function stepsOf(losses) {
  const stride = Math.ceil(losses.length / POINTS);
  return losses.map((_, step) => step).filter((step) => step % stride === 0);
}

/** The distance of a positive number to the next one in float32. */
const spacing = (n) => 2 ** (Math.floor(Math.log2(Math.abs(n))) - 23);

/** Both plots have the same steps below each other's. */
function stepAxis(about) {
  const last = Math.max(...about.rows.map((row) => row.losses?.length ?? 0));
  const margin = last / 50;
  const range = [1 - margin, last + margin];
  return axis({ title: { text: "step" }, range, showgrid: false });
}

function lossLines(about, rows) {
  const [thin, thick] = WIDTHS;
  return rows.map((row, place) => ({
    name: plain(nameOf(row, about.rows)),
    x: stepsOf(row.losses).map((step) => step + 1),
    y: stepsOf(row.losses).map((step) => row.losses[step]),
    mode: "lines",
    line: {
      color: hueOf(row.framework),
      dash: DASHES[modeOf(row, about.rows) % DASHES.length],
      width: rows.length < 2 ? 2 : thick - ((thick - thin) * place) / (rows.length - 1),
    },
    hovertemplate: "%{y:.6~g}",
  }));
}

function itself(about, rows) {
  if (!rows.length) return "No row that is shown was trained.";
  return {
    traces: lossLines(about, rows),
    layout: {
      height: 360,
      hovermode: "x unified",
      xaxis: stepAxis(about),
      yaxis: axis({ rangemode: "tozero" }),
    },
  };
}

function difference(about, rows) {
  const first = about.rows.find((row) => row.losses);
  const others = rows.filter((row) => row !== first);
  if (!others.length) return "No other row that is shown was trained.";

  const apart = (row) =>
    stepsOf(row.losses).map((step) => {
      const pair = [row.losses[step], first.losses[step]];
      return pair.every(Number.isFinite) ? Math.abs(pair[0] - pair[1]) : null;
    });
  const steps = stepsOf(first.losses);
  const rounding = steps.map((step) => spacing(first.losses[step]));
  const scale = logarithmic([...others.flatMap(apart), ...rounding]);
  const neighbours = {
    name: "float32 spacing",
    x: steps.map((step) => step + 1),
    y: rounding,
    mode: "lines",
    line: { color: style("--gate"), width: 1.5, shape: "hvh" },
    hoverinfo: "skip",
  };
  const points = others.map((row) => ({
    name: plain(nameOf(row, about.rows)),
    x: stepsOf(row.losses).map((step) => step + 1),
    y: apart(row).map((n) => (n === null ? null : scale.place(n))),
    customdata: apart(row),
    mode: "markers",
    marker: markerOf(row, about.rows, { size: 4.5 }),
    hovertemplate: "step %{x}: %{customdata:.2~e}",
  }));
  return {
    traces: [neighbours, ...points],
    layout: {
      height: 360,
      xaxis: stepAxis(about),
      yaxis: scale.axis,
    },
  };
}

PLOTS.loss = (about, rows, argument) => {
  const trained = rows.filter((row) => row.losses);
  return { itself, difference }[argument](about, trained);
};
