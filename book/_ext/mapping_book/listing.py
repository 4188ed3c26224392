"""Directives that show library code by its name.

    ```{listing} reference_impl.core.walk:pullback
    ```

    ```{five} optim.py:update
    ```

    ```{code-lines} layers.py optim.py
    ```

`listing` shows one definition, or a whole file if no name follows. `five` shows the
same definition of every adapter, in tabs that stay in step on all pages. `code-lines`
counts the lines of code of files of the adapters. A name that is gone ends the build.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from adapters.contract import FRAMEWORKS

from .source import Excerpt, GoneError, excerpt

LABELS = {
    "reference": "Reference",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "mxnet": "MXNet",
    "jax": "JAX",
}


class Shown(SphinxDirective):
    """What the directives of this file share: source text that a page depends on."""

    def excerpt(self, target: str) -> Excerpt:
        """The code of a name; the page is built again when its file changes."""
        root = Path(self.env.srcdir)
        try:
            found = excerpt(root, target)
        except GoneError as error:
            source, line = self.get_source_info()
            raise ExtensionError(f"{source}:{line}: {self.name}: {error}") from None
        self.env.note_dependency(str(root / found.path))
        return found

    def parsed(self, text: str) -> list[nodes.Node]:
        """The nodes of text that stands in the place of this directive."""
        parent = nodes.Element()
        lines = StringList(text.splitlines(), self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, parent)
        return parent.children


class Listing(Shown):
    """Show a definition, or a whole file, under the name of its file."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A block of code, and a line that says where it stands."""
        found = self.excerpt(self.arguments[0])
        code = nodes.literal_block(found.text, found.text, language="python")
        self.set_source_info(code)
        return [nodes.container("", self._origin(found), code, classes=["listing"])]

    def _origin(self, found: Excerpt) -> nodes.Node:
        file = download_reference("", "", reftarget=f"/{found.path}")
        file += nodes.literal("", found.path)
        self.set_source_info(file)
        rest = f", lines {found.first} to {found.last}; {counted(found.code_lines)}"
        return nodes.paragraph("", "", file, nodes.Text(rest), classes=["origin"])


class Five(Shown):
    """Show what all adapters do under one name."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A set of tabs, one for each framework."""
        return self.parsed(tabs(self.arguments[0]))


class CodeLines(Shown):
    """Count the lines of code of the adapters."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """A table: a row for each file, a column for each framework."""
        files = self.arguments[0].split()
        counts = {
            file: [self.excerpt(t).code_lines for t in targets(file).values()]
            for file in files
        }
        return self.parsed(table(counts))


def targets(place: str) -> dict[str, str]:
    """Where `file.py:name` stands, by framework in the order of the contract."""
    file, separator, name = place.partition(":")
    module = file.removesuffix(".py").replace("/", ".")
    return {f: f"adapters.{f}.{module}{separator}{name}" for f in FRAMEWORKS}


def tabs(place: str) -> str:
    """The text of a set of tabs that lists `file.py:name` of every adapter."""
    items = (
        f"````{{tab-item}} {LABELS[framework]}\n"
        f":sync: {framework}\n\n"
        f"```{{listing}} {target}\n```\n````"
        for framework, target in targets(place).items()
    )
    return "\n".join(["`````{tab-set}", ":sync-group: framework\n", *items, "`````"])


def table(counts: dict[str, list[int]]) -> str:
    """The text of a table of numbers, with a row for each file and their sums."""
    sums = [sum(column) for column in zip(*counts.values(), strict=True)]
    rows = [[f"`{file}`", *map(str, numbers)] for file, numbers in counts.items()]
    rows.append(["together", *map(str, sums)])
    header = ["lines of code", *(LABELS[f] for f in FRAMEWORKS)]
    rule = [":--", *("--:" for _ in FRAMEWORKS)]
    lines = (" | ".join(cells) for cells in (header, rule, *rows))
    return "\n".join(f"| {line} |" for line in lines)


def counted(lines: int) -> str:
    """A number of lines of code, in words."""
    return f"{lines} line{'' if lines == 1 else 's'} of code"


def setup(app: Sphinx) -> None:
    """Offer the directives."""
    app.add_directive("listing", Listing)
    app.add_directive("five", Five)
    app.add_directive("code-lines", CodeLines)
