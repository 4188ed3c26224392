// The matrix under a filter: a mode of which no row is shown leaves as a column; where
// others are shown, a square that is not is empty.

function arrangeMatrix() {
  const table = one("#matrix");
  const heads = all("thead [data-framework]", table);
  const lines = all("tbody tr", table);
  const isFiltered = boxes().some((box) => box.checked);
  heads.forEach((head, place) => {
    const squares = lines.map((line) => line.cells[place + 1]);
    const isEmpty = squares.every((square) => !isShown(square.dataset.row));
    head.hidden = isFiltered && isEmpty;
    for (const square of squares) {
      square.hidden = head.hidden;
      square.classList.toggle("absent",
        Boolean(square.dataset.row) && !isShown(square.dataset.row));
    }
  });
  for (const group of all("[data-group]", table)) {
    const own = heads.filter((head) => head.dataset.framework === group.dataset.group);
    const width = own.filter((head) => !head.hidden).length;
    group.hidden = width === 0;
    group.colSpan = width || 1;
  }
}
