// Tabs: one is selected, the arrow keys, Home and End go to another. The experiment
// that is chosen stands in the address, so that a link leads back to it.

/** Mark one tab of a list as the selected one; only it is reached with the Tab key. */
function select(list, chosen) {
  for (const tab of all("[role=tab]", list)) {
    tab.setAttribute("aria-selected", tab === chosen);
    tab.tabIndex = tab === chosen ? 0 : -1;
  }
}

/** Call `choose` with the tab that is clicked or reached with a key. */
function listen(list, choose) {
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(tab);
  });
  list.addEventListener("keydown", (event) => {
    const tabs = all("[role=tab]", list);
    const at = tabs.indexOf(event.target);
    const places = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    if (!(event.key in places)) return;
    event.preventDefault();
    const tab = tabs.at(places[event.key] % tabs.length);
    tab.focus();
    choose(tab);
  });
}

/** Show the experiment that the address names, or the first one. */
function showExperiment() {
  const list = one("#experiments");
  const tabs = all("[role=tab]", list);
  const chosen = tabs.find((tab) => tab.hash === location.hash) ?? tabs[0];
  select(list, chosen);
  for (const tab of tabs) {
    document.getElementById(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
  }
  drawShown();
}

function startTabs() {
  listen(one("#experiments"), (tab) => {
    history.pushState(null, "", tab.hash);
    showExperiment();
  });
  addEventListener("popstate", showExperiment);
  showExperiment();
}
