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

const CONTENTS = {
  "rows.csv": (about) => {
    const experiment = about.experiment.id;
    return csv(about.rows.map(({ losses, ...row }) => flat({ experiment, ...row })));
  },
  "losses.csv": (about) => {
    const trained = about.rows.filter((row) => row.losses);
    const steps = Math.max(0, ...trained.map((row) => row.losses.length));
    return csv(numbers([0, steps]).map((step) => ({
      step: step + 1,
      ...Object.fromEntries(
        trained.map((row) => [`${row.framework} (${row.mode})`, row.losses[step]])),
    })));
  },
  "rows.json": (about) => JSON.stringify(about, null, 1) + "\n",
};

/** Hand a text to the browser as a file. */
function save(name, text) {
  const type = name.endsWith("json") ? "application/json" : "text/csv;charset=utf-8";
  const href = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

function startDownloads() {
  for (const button of all("[data-download]")) {
    button.addEventListener("click", () => {
      const about = documentOf(button);
      const { download } = button.dataset;
      save(`${about.experiment.id}-${download}`, CONTENTS[download](about));
    });
  }
}
