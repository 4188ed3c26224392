// The page is there: everything that can be pressed begins to answer.

startTabs();
startSorting();
startFilter();
startListing();
startDownloads();
startPlots();
