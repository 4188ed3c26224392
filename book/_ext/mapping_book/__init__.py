"""What the book adds to Sphinx: code by name, diagrams, plots, and how cells run."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from . import atlas, diagram, execution, listing, plots


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer all parts."""
    for part in (listing, atlas, diagram, execution, plots):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
