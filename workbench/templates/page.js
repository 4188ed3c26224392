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

/** The panel of the experiment that is chosen; none if all are filtered out. */
const shownPanel = () => one(".panel:not([hidden])");

/** The panel that an element is part of. */
const panelOf = (part) => part.closest(".panel");

/** What the rows of a document are called. */
const keyOf = (anchor, place) => `${anchor}/${place}`;

/** A framework, with its mode where the document has several of it. */
function nameOf(row, rows) {
  const several = rows.filter((other) => other.framework === row.framework).length > 1;
  return several ? `${row.framework} (${row.mode})` : row.framework;
}

/** Say something to the reader, where it is also heard. */
const say = (text) => { one("#message").textContent = text; };
