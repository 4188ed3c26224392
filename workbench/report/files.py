"""The report as files: each is written whole or not at all."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import atomic
from ..errors import UserError
from .page import html

PLOTLY = Path("package_data", "plotly.min.js")


def write(documents: Sequence[dict[str, Any]], folder: Path) -> Path:
    """Write the page of one or several comparisons, and what it needs beside it.

    The page is written last: until then an earlier report is complete.

    Parameters
    ----------
    documents
        What `workbench.comparison.compare` returns, one for each experiment.

    Returns
    -------
    Path
        Of `index.html`.

    Raises
    ------
    UserError
        If there is no document, plotly is not installed, or the folder refuses.
    """
    if not documents:
        raise UserError("a report needs at least one comparison, none came")
    page = html(documents)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        atomic.replace(folder / PLOTLY.name, plotly().read_bytes())
        # A lone surrogate in a framework's last words must not cost the report.
        atomic.replace(folder / "index.html", page.encode("utf-8", "replace"))
    except OSError as error:
        raise UserError(f"the report cannot be written: {error}") from None
    return folder / "index.html"


def check_folder(folder: Path) -> None:
    """Refuse a folder that no report can be written to, before there is a report.

    Raises
    ------
    UserError
        If the folder, or the one that it would be made in, takes no file; or plotly is
        not installed.
    """
    plotly()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if there == folder and (folder / "index.html").is_dir():
        raise UserError(
            f"no report can be written: {folder / 'index.html'} is a folder"
        )
    try:
        atomic.check_folder(there)
    except OSError as error:
        raise UserError(
            f"no report can be written to {folder}: {there}: {error.strerror}"
        ) from None


def plotly() -> Path:
    """Where the plotting library for browsers lies; importing plotly takes longer."""
    spec = importlib.util.find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("plotly is not installed; run `make setup`")
    return Path(spec.submodule_search_locations[0]) / PLOTLY
