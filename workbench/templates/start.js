// The page is there: everything that can be pressed begins to answer.

startListing();
startView();
startSorting();
startDownloads();
startImages();
startPlots();
