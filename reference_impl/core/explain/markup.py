"""Elements of pages and of drawings; both are written so that XML can be read too."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__ = ["element", "escape", "table"]


def element(name: str, *content: str, **attributes: object) -> str:
    """An element around markup; text in it has been escaped by whoever calls.

    `class_` and `stroke_width` are written as `class` and `stroke-width`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(content)}</{name}>"


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are markup; it scrolls by itself where it is too wide."""
    titles = element("tr", *(element("th", cell, scope="col") for cell in head))
    body = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
    whole = element(
        "table",
        element("caption", caption),
        element("thead", titles),
        element("tbody", *body),
    )
    return scrolling(whole, caption)


def scrolling(content: str, name: str) -> str:
    """A part of a page that scrolls sideways, by keys as well."""
    return element(
        "div", content, class_="wide", tabindex=0, role="region", aria_label=name
    )
