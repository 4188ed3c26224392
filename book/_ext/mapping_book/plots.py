"""The one copy of plotly.js that the interactive plots of all pages share.

It comes with the Python package, so it fits the package's version and needs no
network. Only pages with a plot load it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from plotly.offline import get_plotlyjs
from sphinx.application import Sphinx

FILE = "plotly.min.js"
MARK = "plotly-graph-div"  # the class of every plot that plotly writes


def has_plot(page: nodes.Node) -> bool:
    """Whether a page shows an interactive plot."""
    return any(MARK in raw.astext() for raw in page.findall(nodes.raw))


def copy(app: Sphinx) -> None:
    """Put plotly.js beside the other files that pages load."""
    if app.builder.format == "html":
        folder = Path(app.outdir) / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(get_plotlyjs(), encoding="utf-8")


def load(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Make a page load plotly.js if it needs it."""
    if doctree is not None and has_plot(doctree):
        app.add_js_file(FILE)


def setup(app: Sphinx) -> None:
    """Serve the plots of every build."""
    app.connect("builder-inited", copy)
    app.connect("html-page-context", load)
