// The boxes at the top decide which frameworks tables and plots show.

const boxes = () => all("#filter input");

/** Whether the reader wants to see a framework. */
const isShown = (framework) =>
  boxes().some((box) => box.value === framework && box.checked);

function applyFilter() {
  for (const row of all("tr[data-framework]")) {
    row.hidden = !isShown(row.dataset.framework);
  }
  const count = boxes().filter((box) => box.checked).length;
  one("#filter output").value = `${count} of ${boxes().length} frameworks are shown`;
  drawShown();
}

function startFilter() {
  one("#filter").addEventListener("change", applyFilter);
}
