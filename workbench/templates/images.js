// A plot as a file of its own: with its title and its experiment, on a ground that is
// not transparent.

const HEADING_PIXELS = 56;

async function saveImage(figure, format) {
  const box = one(".chart", figure);
  const title = one("figcaption", figure).firstChild.textContent.trim();
  const label = report.labels[panelOf(figure).id];
  const layout = {
    ...box.layout,
    paper_bgcolor: style("--raised"),
    margin: { ...box.layout.margin, t: HEADING_PIXELS },
    title: {
      text: plain(`${title}: ${label}`), x: 0.02, y: 0.98, yanchor: "top",
      font: { size: 14 },
    },
  };
  const size = { width: box.clientWidth, height: box.clientHeight + HEADING_PIXELS };
  const scale = format === "png" ? 2 : 1;
  const address = await Plotly.toImage(
    { data: box.data, layout }, { format, scale, ...size });
  const name = `${panelOf(figure).id}-${box.dataset.plot.replaceAll("/", "-")}`;
  save(`${name}.${format}`, address);
}

function startImages() {
  for (const button of all("[data-image]")) {
    button.addEventListener("click", () =>
      saveImage(button.closest("figure"), button.dataset.image));
  }
}
