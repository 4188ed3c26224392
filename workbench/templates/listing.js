// Two adapters' files beside each other, line by line; on a narrow screen, equal lines
// stand once and those that differ below each other.

const NARROW = matchMedia("(max-width: 48rem)");

/** The file in stretches of equal lines and of lines that differ. */
function stretches(matches) {
  const found = [];
  let [left, right] = [0, 0];
  for (const [atLeft, atRight, count] of matches) {
    if (left < atLeft || right < atRight) {
      found.push({ isSame: false, left: [left, atLeft], right: [right, atRight] });
    }
    [left, right] = [atLeft + count, atRight + count];
    const [leftRange, rightRange] = [[atLeft, left], [atRight, right]];
    if (count) found.push({ isSame: true, left: leftRange, right: rightRange });
  }
  return found;
}

const numbers = ([from, to]) => Array.from({ length: to - from }, (_, i) => from + i);

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

function beside(stretch, left, right) {
  const [a, b] = [numbers(stretch.left), numbers(stretch.right)];
  const kindOf = (at) => {
    if (stretch.isSame) return "";
    return at === undefined ? "absent" : "differs";
  };
  return numbers([0, Math.max(a.length, b.length)]).map((i) =>
    element("tr", {}, [
      ...cellsOf(left, a[i], kindOf(a[i])),
      ...cellsOf(right, b[i], kindOf(b[i])),
    ]));
}

function below(stretch, left, right) {
  const rowsOf = (lines, range, kind) =>
    numbers(range).map((at) => element("tr", {}, cellsOf(lines, at, kind)));
  if (stretch.isSame) return rowsOf(left, stretch.left, "");
  return [
    ...rowsOf(left, stretch.left, "differs minus"),
    ...rowsOf(right, stretch.right, "differs plus"),
  ];
}

/** The heading of one side: who, and how many lines of code. */
function sideHeading(name, count, sign) {
  const lines = element("small", {}, [`${count} lines`]);
  return element("th", { scope: "col", colSpan: 2 }, [`${sign}${name} `, lines]);
}

function showListing() {
  const file = one("#files [aria-selected=true]").dataset.file;
  const [left, right] = [one("#left").value, one("#right").value];
  const { lines, counts, matches } = report.listings[file];
  const arrange = NARROW.matches ? below : beside;
  const headings = [
    sideHeading(left, counts[left], NARROW.matches ? "− " : ""),
    sideHeading(right, counts[right], NARROW.matches ? "+ " : ""),
  ];
  const head = NARROW.matches
    ? headings.map((heading) => element("tr", {}, [heading]))
    : [element("tr", {}, headings)];
  const body = stretches(matches[left][right]).flatMap((stretch) =>
    arrange(stretch, lines[left], lines[right]));
  one("#listing").replaceChildren(
    element("table", { className: NARROW.matches ? "below" : "beside" }, [
      element("caption", {}, [`${file} of ${left} and of ${right}`]),
      ...headings.slice(0, NARROW.matches ? 1 : 2).map(() =>
        element("colgroup", {}, [element("col", { className: "at" }), element("col")])),
      element("thead", {}, head),
      element("tbody", {}, body),
    ]),
  );
}

function startListing() {
  listen(one("#files"), (tab) => {
    select(one("#files"), tab);
    showListing();
  });
  for (const side of all("#left, #right")) side.addEventListener("change", showListing);
  one("#swap").addEventListener("click", () => {
    const [left, right] = [one("#left"), one("#right")];
    [left.value, right.value] = [right.value, left.value];
    showListing();
  });
  NARROW.addEventListener("change", showListing);
  select(one("#files"), one("#files [aria-selected=true]"));
  showListing();
}
