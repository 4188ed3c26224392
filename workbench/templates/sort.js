// Tables are sorted by the column whose heading is pressed; the unknown stays last.

function compare(a, b) {
  const [x, y] = [Number(a), Number(b)];
  return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
}

/** Sort by one column, upwards first. */
function sortBy(heading) {
  const table = heading.closest("table");
  const isUp = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of all("[aria-sort]", table)) {
    other.setAttribute("aria-sort", "none");
  }
  heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");

  const keyOf = (row) => row.cells[Number(heading.dataset.column)].dataset.key;
  const rows = [...table.tBodies[0].rows];
  const known = rows.filter((row) => keyOf(row) !== undefined);
  const unknown = rows.filter((row) => keyOf(row) === undefined);
  known.sort((a, b) => (isUp ? 1 : -1) * compare(keyOf(a), keyOf(b)));
  table.tBodies[0].append(...known, ...unknown);
}

function startSorting() {
  for (const button of all("th[aria-sort] button")) {
    button.addEventListener("click", () => sortBy(button.closest("th")));
  }
}
