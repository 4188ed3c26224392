// Losses over the steps: all of them, and what each differs from the first.

const POINTS = 2000; // more cannot be told apart on a screen
const MARKS = 800; // in one plot; each costs as much as a whole line
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
  const lengths = about.rows.flatMap((row) =>
    Object.values(row.losses ?? {}).map((losses) => losses.length));
  const last = Math.max(...lengths);
  const margin = last / 50;
  const range = [1 - margin, last + margin];
  return axis({ title: { text: "step" }, range, showgrid: false });
}

function lossLines(about, rows, objective) {
  const [thin, thick] = WIDTHS;
  return rows.map((row, place) => {
    const losses = row.losses[objective];
    return {
      name: plain(nameOf(row, about.rows)),
      x: stepsOf(losses).map((step) => step + 1),
      y: stepsOf(losses).map((step) => losses[step]),
      mode: "lines",
      line: {
        color: hueOf(row.framework),
        dash: DASHES[modeOf(row, about.rows) % DASHES.length],
        width:
          rows.length < 2 ? 2 : thick - ((thick - thin) * place) / (rows.length - 1),
      },
      hovertemplate: "%{y:.6~g}",
    };
  });
}

function itself(about, rows, objective) {
  if (!rows.length) return "No row that is shown was trained.";
  return {
    traces: lossLines(about, rows, objective),
    layout: {
      height: 330,
      hovermode: "x unified",
      xaxis: stepAxis(about),
      yaxis: axis({ rangemode: "tozero" }),
    },
  };
}

/** The line of the distances between neighbouring float32 numbers. */
const neighbours = (steps, rounding) => ({
  name: "float32 spacing",
  x: steps.map((step) => step + 1),
  y: rounding,
  mode: "lines",
  line: { color: style("--gate"), width: 1.5, shape: "hvh" },
  hoverinfo: "skip",
});

/** Where two losses are furthest apart, in each of some stretches of steps. */
function largestApart(losses, basis, stretches) {
  const length = Math.ceil(losses.length / stretches);
  const found = [];
  losses.forEach((loss, step) => {
    if (!Number.isFinite(loss) || !Number.isFinite(basis[step])) return;
    const distance = Math.abs(loss - basis[step]);
    const stretch = Math.floor(step / length);
    if (!found[stretch] || distance > found[stretch][1]) {
      found[stretch] = [step, distance];
    }
  });
  return found.filter(Boolean);
}

function difference(about, rows, objective) {
  const first = about.rows.find((row) => row.losses?.[objective]);
  const others = rows.filter((row) => row !== first);
  if (!others.length) return "No other row that is shown was trained.";

  const basis = first.losses[objective];
  const steps = stepsOf(basis);
  const rounding = steps.map((step) => spacing(basis[step]));
  const distances = others.map((row) =>
    largestApart(row.losses[objective], basis, MARKS / others.length));
  const numbers = distances.flat().map(([, distance]) => distance);
  const scale = logarithmic([...numbers, ...rounding]);
  const points = others.map((row, place) => {
    const found = distances[place];
    return {
      name: plain(nameOf(row, about.rows)),
      x: found.map(([step]) => step + 1),
      y: found.map(([, distance]) => scale.place(distance)),
      customdata: found.map(([, distance]) => distance),
      mode: "markers",
      marker: markerOf(row, about.rows, { size: 5, opacity: 0.8 }),
      hovertemplate: "step %{x}: %{customdata:.2~e}",
    };
  });
  return {
    traces: [neighbours(steps, rounding), ...points],
    layout: {
      height: 330,
      xaxis: stepAxis(about),
      yaxis: scale.axis,
    },
  };
}

PLOTS.loss = (about, rows, [what, objective]) => {
  const trained = rows.filter((row) => row.losses?.[objective]);
  return { itself, difference }[what](about, trained, objective);
};
