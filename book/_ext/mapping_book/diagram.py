"""A directive that puts a drawing into the page itself.

    ```{diagram} four_uses.svg
    :alt: What the drawing shows, for those who do not see it.

    The caption.
    ```

Inside the page a drawing follows its colours and fonts, in light and in dark; an
`<img>` cannot. The drawings stand in `book/diagrams`.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

DRAWINGS = Path(__file__).resolve().parents[2] / "diagrams"


class Diagram(SphinxDirective):
    """Show a drawing with its caption."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """A figure."""
        path = DRAWINGS / self.arguments[0]
        if not path.is_file():
            raise self.error(f"diagram: there is no {path.name} in {DRAWINGS}")
        if "alt" not in self.options:
            raise self.error(f"diagram: {path.name} needs an `alt` text; none came")
        self.env.note_dependency(str(path))
        drawing = labelled(path.read_text(encoding="utf-8"), self.options["alt"])
        caption, _ = self.state.inline_text(" ".join(self.content), self.lineno)
        figure = nodes.figure("", classes=["diagram"])
        figure += nodes.raw("", drawing, format="html")
        figure += nodes.caption("", "", *caption)
        self.options["name"] = path.stem
        self.add_name(figure)
        return [figure]


def labelled(svg: str, text: str) -> str:
    """A drawing that a screen reader announces by a text."""
    attributes = f'role="img" aria-label="{html.escape(text)}"'
    return svg.replace("<svg ", f"<svg {attributes} ", 1)


def setup(app: Sphinx) -> None:
    """Offer the directive."""
    app.add_directive("diagram", Diagram)
