// The numbers as files, made in the page from the data that it was drawn from.

/** A nested record as one level: the path to each value, and the value. */
function flat(value, path = "") {
  if (value === null || typeof value !== "object") return { [path]: value };
  const inner = Object.entries(value).map(([key, part]) =>
    flat(part, path ? `${path}.${key}` : key));
  return Object.assign({}, ...inner);
}

/** One entry of a CSV file; a spreadsheet must not take a text for a formula. */
function entry(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Records as CSV (RFC 4180), with a column for every name that occurs. */
function csv(records) {
  const columns = [...new Set(records.flatMap(Object.keys))];
  const lines = records.map((record) => columns.map((column) => entry(record[column])));
  return [columns.map(entry), ...lines].map((line) => line.join(",") + "\r\n").join("");
}

/** Every row that is shown, with what it is known by. */
function shownWithNames() {
  return anchors.flatMap((anchor) => shownRowsOf(anchor).map((row) => {
    const { id, model, threads, is_native } = report.documents[anchor].experiment;
    const { framework, mode } = row;
    return [{ experiment: id, model, threads, is_native, framework, mode }, row];
  }));
}

const CONTENTS = {
  "rows.csv": () => csv(shownWithNames().map(([names, row]) => {
    const { losses, layers, ...rest } = row;
    return flat({ ...names, ...rest });
  })),
  "losses.csv": () => csv(shownWithNames().flatMap(([names, { losses }]) =>
    Object.entries(losses ?? {}).flatMap(([objective, values]) =>
      values.map((loss, place) => ({ ...names, objective, step: place + 1, loss }))))),
  "layers.csv": () => csv(shownWithNames().flatMap(([names, { layers }]) =>
    (layers ?? []).map((layer) => flat({ ...names, layer })))),
  "documents.json": () =>
    JSON.stringify(Object.values(report.documents), null, 1) + "\n",
};

/** Hand an address to the browser as a file. */
const save = (name, href) => element("a", { href, download: name }).click();

function startDownloads() {
  one("#downloads").hidden = false;
  for (const button of all("[data-download]")) {
    button.addEventListener("click", () => {
      const { download } = button.dataset;
      const type = download.endsWith("json") ? "application/json" : "text/csv";
      const blob = new Blob([CONTENTS[download]()], { type: `${type};charset=utf-8` });
      const address = URL.createObjectURL(blob);
      save(download, address);
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    });
  }
}
