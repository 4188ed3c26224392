// Adapters' files beside each other, line by line; on a narrow screen, equal lines
// stand once and those that differ below each other. One box holds all of them, so that
// they are scrolled in step.

const NARROW = matchMedia("(max-width: 48rem)");

/** The numbers from one to another, without the last. */
const numbers = ([from, to]) => Array.from({ length: to - from }, (_, i) => from + i);

/** The lines of the first framework that all others have too, with their places. */
function common(matches, [first, ...others]) {
  const places = others.map((other) => new Map(
    matches[first][other].flatMap(([left, right, count]) =>
      numbers([0, count]).map((i) => [left + i, right + i]))));
  const shared = [...places[0].keys()].filter((at) => places.every((p) => p.has(at)));
  return shared.map((at) => [at, ...places.map((place) => place.get(at))]);
}

/** The file in stretches of equal lines and of lines that differ; each has a range for
 * every framework. */
function stretches(lines, matches, names) {
  const ends = names.map((name) => lines[name].length);
  if (names.length < 2) return [{ isSame: true, ranges: [[0, ends[0]]] }];
  const found = [];
  let from = names.map(() => 0);
  for (const places of [...common(matches, names), ends]) {
    const ranges = names.map((_, i) => [from[i], places[i]]);
    if (ranges.some(([a, b]) => a < b)) found.push({ isSame: false, ranges });
    from = places.map((at) => at + 1);
    if (places !== ends) {
      found.push({ isSame: true, ranges: places.map((at) => [at, at + 1]) });
    }
  }
  return found;
}

/** The two cells of one line: its number and its text. */
function cellsOf(lines, at, kind) {
  const pieces = (lines[at] ?? []).map(([what, text]) =>
    what ? element("span", { className: `code-${what}` }, [text]) : text);
  const code = element("code", {}, pieces);
  code.style.setProperty("--indent", code.textContent.search(/\S|$/));
  const number = at === undefined ? "" : String(at + 1);
  return [
    element("td", { className: `at ${kind}` }, [number]),
    element("td", { className: `text ${kind}` }, [code]),
  ];
}

function beside({ isSame, ranges }, texts) {
  const places = ranges.map(numbers);
  const kindOf = (at) => (isSame ? "" : at === undefined ? "absent" : "differs");
  return numbers([0, Math.max(...places.map((found) => found.length))]).map((i) =>
    element("tr", {}, texts.flatMap((lines, side) =>
      cellsOf(lines, places[side][i], kindOf(places[side][i])))));
}

function below({ isSame, ranges }, texts, names) {
  const linesOf = (side, kind) => numbers(ranges[side]).map((at) =>
    element("tr", {}, cellsOf(texts[side], at, kind)));
  if (isSame) return linesOf(0, "");
  return names.flatMap((name, side) => {
    const lines = linesOf(side, "differs");
    const heading = element("th", { scope: "rowgroup", colSpan: 2 }, [name]);
    if (!lines.length) return [];
    return [element("tr", { className: "whose" }, [heading]), ...lines];
  });
}

/** The heading of one side: who, and how many lines of code. */
function sideHeading(name, count) {
  const words = count ? `${count} lines of code` : "has no such file";
  return element("th", { scope: "col", colSpan: 2 }, [
    `${name} `, element("small", {}, [words]),
  ]);
}

const sides = () =>
  all("#sides input").filter((box) => box.checked).map((box) => box.value);

function showListing() {
  const [file, names] = [one("#file").value, sides()];
  const { lines, counts, matches } = report.listings[file];
  if (!names.length) {
    one("#listing").replaceChildren(element("p", {}, ["Choose a framework."]));
    return;
  }
  const texts = names.map((name) => lines[name]);
  const arrange = NARROW.matches ? below : beside;
  const headings = names.map((name) => sideHeading(name, counts[name]));
  const table = element("table", { className: arrange.name }, [
    element("caption", {}, [`${file} in ${names.join(", ")}`]),
    ...headings.slice(0, NARROW.matches ? 1 : names.length).map(() =>
      element("colgroup", {}, [element("col", { className: "at" }), element("col")])),
    element("thead", {}, NARROW.matches
      ? headings.map((heading) => element("tr", {}, [heading]))
      : [element("tr", {}, headings)]),
    element("tbody", {}, stretches(lines, matches, names).flatMap((stretch) =>
      arrange(stretch, texts, names))),
  ]);
  table.style.setProperty("--sides", NARROW.matches ? 1 : names.length);
  one("#listing").replaceChildren(table);
}

/** The model's own file, if another model's is open. */
function showModelFile(anchor) {
  const file = one("#file");
  if (!anchor || !file.value.startsWith("models/")) return;
  file.value = `models/${report.documents[anchor].experiment.model}.py`;
  showListing();
}

function startListing() {
  for (const part of all("#code > .sides, #listing")) part.hidden = false;
  one(".sides").addEventListener("change", showListing);
  NARROW.addEventListener("change", showListing);
  showListing();
}
