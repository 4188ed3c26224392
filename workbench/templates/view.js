// What the reader looks at stands in the address: `#ANCHOR?framework=jax&mode=jit`. The
// anchor is that of an experiment or of one of its rows; the rest is the filter.

const anchors = Object.keys(report.documents);
let current = anchors[0]; // the experiment that the reader chose
let seen = current; // the one that is shown: another, where the filter hides the chosen

/** The address of an anchor with the filter as it is. */
function addressOf(anchor) {
  const pairs = Object.entries(chosen()).flatMap(([facet, values]) =>
    values.map((value) => [facet, value]));
  const query = new URLSearchParams(pairs).toString();
  const place = `#${encodeURIComponent(anchor)}${query && `?${query}`}`;
  return location.href.split("#")[0] + place;
}

/** The anchor in the address and its filter; nothing if it is not well formed. */
function parsed() {
  const [place, ...query] = location.hash.slice(1).split("?");
  try {
    return [decodeURIComponent(place), new URLSearchParams(query.join("?"))];
  } catch {
    return null;
  }
}

/** What is wrong with a filter, in sentences. */
function complaintsAbout(query) {
  return [...query].flatMap(([facet, value]) => {
    if (!FACETS.includes(facet)) {
      return [`Nothing can be filtered by “${facet}”, but by ${FACETS.join(", ")}.`];
    }
    const known = report.facets[facet];
    if (known.includes(value)) return [];
    return [`There is no ${facet} “${value}” here, but ${known.join(", ")}.`];
  });
}

/** Show what the address says, and tell what of it makes no sense. */
function readAddress() {
  const [anchor, query] = parsed() ?? ["", new URLSearchParams()];
  const place = document.getElementById(anchor);
  const complaints = complaintsAbout(query);
  if (!parsed()) complaints.push(`“${location.hash}” is not well formed.`);
  if (anchor && !place) complaints.push(`Nothing here is called “${anchor}”.`);

  for (const box of boxes()) {
    box.checked = query.getAll(box.name).includes(box.value);
  }
  seen = current = (place && panelOf(place)?.id) ?? anchors[0];
  say(complaints.length ? `In this address: ${complaints.join(" ")}` : "");
  show();
  if (place) lead(place);
}

/** Bring a part of the page before the reader's eyes, and before the keyboard. */
function lead(place) {
  if (!place.checkVisibility()) {
    say(`“${place.id}” does not pass the filter.`);
    return;
  }
  place.scrollIntoView({ block: place.matches("tr") ? "center" : "start" });
  place.focus({ preventScroll: true });
}

/** Everything as the boxes and the chosen experiment demand. */
function show() {
  applyFilter();
  const found = anchors.filter(isEntryShown);
  const anchor = found.includes(current) ? current : found[0];
  for (const panel of all(".panel")) panel.hidden = panel.id !== anchor;
  // Where nothing passes, the address and the box keep to what was seen last.
  seen = anchor ?? seen;
  one("#experiment").value = seen;
  drawShown();
  showModelFile(anchor);
}

/** Go to an experiment or a row of it; the way back is the browser's. */
function go(anchor) {
  history.pushState(null, "", addressOf(anchor));
  readAddress();
}

function refilter() {
  say("");
  show();
  history.replaceState(null, "", addressOf(seen));
}

async function copyLink() {
  const address = addressOf(seen);
  history.replaceState(null, "", address);
  try {
    await navigator.clipboard.writeText(address);
    say("The link is copied.");
  } catch {
    say("The browser refuses to copy; the same link stands in its address bar.");
  }
}

function followLink(event) {
  const link = event.target.closest("a[href^='#']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const anchor = decodeURIComponent(link.hash.slice(1));
  const place = document.getElementById(anchor);
  if (panelOf(place)) go(anchor);
  else lead(place);
}

function startView() {
  one(".toolbar").hidden = false;
  one("#experiment").addEventListener("change", (event) => {
    current = event.target.value;
    history.pushState(null, "", addressOf(current));
    say("");
    show();
  });
  one("#filter").addEventListener("change", refilter);
  for (const button of all(".clear")) {
    button.addEventListener("click", () => {
      clearFilter();
      refilter();
    });
  }
  one("#copy").addEventListener("click", copyLink);
  document.addEventListener("click", followLink);
  addEventListener("popstate", readAddress);
  readAddress();
}
