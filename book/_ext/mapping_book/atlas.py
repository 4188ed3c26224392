"""Directives that show the atlas of differences, made of its declarations.

    ```{atlas} windows
    ```

    ```{atlas-table}
    ```

`atlas` shows the rows of a theme: for each why it matters, what every framework prints,
and the programs in tabs that stay in step on all pages. `atlas-table` lists all rows,
with links. Programs are read as text, results are those that `tests/atlas` holds every
framework to, so the build needs none of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from adapters.contract import FRAMEWORKS
from atlas import listing
from atlas.places import THEMES
from atlas.row import Row
from atlas.row import text as value
from atlas.rows import ROWS

from .listing import LABELS, Shown


class Theme(Shown):
    """Show the rows of a theme."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A part that opens for each row."""
        theme = self.arguments[0]
        if theme not in THEMES:
            source, line = self.get_source_info()
            raise ExtensionError(
                f"{source}:{line}: atlas: {theme!r} is gone; "
                f"there is: {', '.join(THEMES)}"
            )
        # The page is built again when a program or its row changes.
        self.excerpt(f"atlas.rows.{theme}")
        for framework in FRAMEWORKS:
            self.excerpt(f"atlas.{framework}.{theme}")
        texts = [text(row) for row in ROWS if row.theme == theme]
        return self.parsed("\n\n".join(texts))


class Table(Shown):
    """List all rows."""

    def run(self) -> list[nodes.Node]:
        """A table with links to the rows."""
        for theme in THEMES:
            self.excerpt(f"atlas.rows.{theme}")
        lines = ["| row | topic | odd one out |", "| --: | :-- | :-- |"]
        lines += [
            f"| {{ref}}`{row.number} <{anchor(row)}>` | {row.topic} "
            f"| {row.odd_one(LABELS)} |"
            for row in ROWS
        ]
        return self.parsed("\n".join(lines))


def anchor(row: Row) -> str:
    """The name by which a page links to a row; its number never changes."""
    return f"atlas-{row.number}"


def text(row: Row) -> str:
    """The text of a part that opens: the question, the answers, the programs."""
    parts = [row.why, *_answers(row)]
    if row.agreed is not None:
        agreed = value(row.agreed, row.digits)
        parts.append(f"**To make them equal.** {row.remedy} Then all print `{agreed}`.")
    body = "\n\n".join([*parts, _tabs(row)])
    # Browsers open what is closed for a link to a place inside of it.
    return (
        f"~~~{{dropdown}} {row.number} · {row.topic} – {row.odd_one(LABELS)}\n\n"
        f"({anchor(row)})=\n\n{body}\n~~~"
    )


def _answers(row: Row) -> Iterator[str]:
    """A table of who prints what, and who has nothing to print."""
    lines = ["| prints | who |", "| :-- | :-- |"]
    for names, x in row.groups():
        who = ", ".join(LABELS[name] for name in names)
        lines.append(f"| `{value(x, row.digits)}` | {who} |")
    yield "\n".join(lines)
    if row.absent:
        yield " ".join(row.absent.values())


def _tabs(row: Row) -> str:
    items = (
        f"````{{tab-item}} {LABELS[framework]}\n:sync: {framework}\n\n"
        f"{_programs(row, framework)}\n````"
        for framework in FRAMEWORKS
    )
    return "\n".join(["`````{tab-set}", ":sync-group: framework\n", *items, "`````"])


def _programs(row: Row, framework: str) -> str:
    """The programs of one framework, and what they print."""
    program, twin = listing.program(framework, row), listing.equalised(framework, row)
    if program is None:
        return row.absent[framework]
    said = value(row.expected()[framework], row.digits)
    parts = [f"```python\n{program}\n```", f"It prints `{said}`."]
    if twin is not None:
        agreed = value(row.agreed, row.digits)
        parts += [f"```python\n{twin}\n```", f"It prints `{agreed}`, as the others do."]
    return "\n\n".join(parts)


def setup(app: Sphinx) -> None:
    """Offer the directives."""
    app.add_directive("atlas", Theme)
    app.add_directive("atlas-table", Table)
