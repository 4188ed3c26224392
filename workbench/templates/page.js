"use strict";

// The data of the page, and short names for what every script does with it.

const report = JSON.parse(document.getElementById("data").textContent);

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** A new element; text among the children stays text. */
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** The panel of the experiment that is chosen. */
const shownPanel = () => one("main > [role=tabpanel]:not([hidden])");

/** The document that a part of a panel is about. */
const documentOf = (part) =>
  report.documents[part.closest("main > [role=tabpanel]").id];

/** A framework, with its mode where the document has several of it. */
function nameOf(row, rows) {
  const several = rows.filter((other) => other.framework === row.framework).length > 1;
  return several ? `${row.framework} (${row.mode})` : row.framework;
}
