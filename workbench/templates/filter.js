// Which rows are shown. Nothing chosen of a facet means everything; a row is shown if
// every facet agrees.

const FACETS = Object.keys(report.facets);
const boxes = () => all("#filter input");

/** The values that are chosen, facet by facet. */
const chosen = () => Object.fromEntries(FACETS.map((facet) => [
  facet,
  boxes().filter((box) => box.name === facet && box.checked).map((box) => box.value),
]));

/** The keys of the rows that are shown; `applyFilter` brings it up to date. */
let shownRows = new Set(Object.keys(report.rows));

const isShown = (key) => shownRows.has(key);

/** The rows of a document that are shown. */
const shownRowsOf = (anchor) =>
  report.documents[anchor].rows.filter((_, place) => isShown(keyOf(anchor, place)));

/** An experiment without any row is shown as long as nothing is filtered. */
const isEntryShown = (anchor) => shownRowsOf(anchor).length > 0 ||
  (!report.documents[anchor].rows.length && !boxes().some((box) => box.checked));

function passing(wanted) {
  const passes = (row) => FACETS.every((facet) =>
    !wanted[facet].length || wanted[facet].includes(row[facet]));
  return Object.keys(report.rows).filter((key) => passes(report.rows[key]));
}

/** What is chosen, in words; empty if nothing is. */
function chosenInWords() {
  const found = Object.entries(chosen()).filter(([, values]) => values.length);
  return found.map(([facet, values]) => `${facet} ${values.join(" or ")}`).join(", ");
}

function applyFilter() {
  const wanted = chosen();
  shownRows = new Set(passing(wanted));
  for (const part of all("[data-row]")) part.hidden = !isShown(part.dataset.row);
  for (const line of all("tr[data-framework]")) {
    const { framework } = line.dataset;
    line.hidden = wanted.framework.length > 0 && !wanted.framework.includes(framework);
  }
  for (const part of all("[data-entry]")) {
    part.hidden = part.disabled = !isEntryShown(part.dataset.entry);
  }
  arrangeMatrix();

  const count = Object.keys(report.rows).length;
  const words = chosenInWords();
  one("#count").textContent =
    `${shownRows.size} of ${count} rows${words && `: ${words}`}`;
  const isNothing = words !== "" && shownRows.size === 0;
  one("#nothing").hidden = !isNothing;
  one("#chosen").textContent = `What is chosen: ${words}.`;
  for (const part of all(".results")) part.hidden = isNothing;
  if (isNothing) say(`No row has ${words}.`);
}

function clearFilter() {
  for (const box of boxes()) box.checked = false;
}
