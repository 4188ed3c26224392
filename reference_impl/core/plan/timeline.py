"""The timeline of an arena: which buffer lies where, and when, as text and as SVG.

Across are the steps of a program, upwards are the bytes of the arena, and a buffer is
a rectangle. What lies above another starts where that one ends, so a hole is memory
that is needed only because something was in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from .offsets import Lifetime, aligned, arena_bytes, lower_bound


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A buffer: what it is called, how long it lives, and where it lies."""

    name: str
    lifetime: Lifetime
    offset: int


def as_text(rectangles: Sequence[Rectangle], *, columns: int = 64) -> str:
    """A line for each buffer, by offset: where, how large, and a bar for its life.

    Parameters
    ----------
    columns : int
        How wide the longest bar may be; where there are more steps, several share one.
    """
    rows = sorted(rectangles, key=lambda r: (r.offset, r.lifetime.first))
    per_column = -(-_steps(rows) // columns)
    cells = [("offset", "bytes", "steps", "buffer", _ruler(_steps(rows), per_column))]
    for r in rows:
        x = r.lifetime
        first, last = x.first // per_column, x.last // per_column
        bar = " " * first + "#" * (last - first + 1)
        cells.append((str(r.offset), str(x.nbytes), f"{x.first}-{x.last}", r.name, bar))
    return "\n".join([_title(rows), *_aligned_columns(cells, right=2)])


def _steps(rectangles: Sequence[Rectangle]) -> int:
    return max((r.lifetime.last for r in rectangles), default=0) + 1


def _title(rectangles: Sequence[Rectangle]) -> str:
    """How large the arena is, and how much of it cannot be avoided."""
    lifetimes = [r.lifetime for r in rectangles]
    total = arena_bytes(lifetimes, [r.offset for r in rectangles])
    bound = lower_bound(lifetimes)
    excess = f", {total / bound:.3f} of the lower bound" if bound else ""
    return f"{len(rectangles)} buffers in {size(total)}{excess}"


def size(nbytes: int) -> str:
    """A number of bytes in the unit in which it is short."""
    for unit, exponent in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if nbytes >= 1 << exponent:
            return f"{nbytes / (1 << exponent):.3g} {unit}"
    return f"{nbytes} B"


def _ruler(steps: int, per_column: int) -> str:
    """The numbers of steps above the bars, as often as they have room."""
    line = ""
    for column in range(0, -(-steps // per_column), 8):
        line = f"{line:<{column}}{column * per_column}"
    return line


def _aligned_columns(cells: Sequence[tuple[str, ...]], *, right: int) -> list[str]:
    """Rows of text under each other; the first columns are numbers."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            f"{cell:>{width}}" if i < right else f"{cell:<{width}}"
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


# Of a page of 960 x 480 with room for the title above and numbers at two sides.
_LEFT, _TOP, _WIDTH, _HEIGHT = 84, 56, 852, 360

# Six hues that can be told apart by people who see red and green alike, too; they
# stand on white and on black (Okabe and Ito 2008).
_HUES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")

_STYLE = """
svg { color: #1f2328; background: #ffffff; font: 13px system-ui, sans-serif }
@media (prefers-color-scheme: dark) { svg { color: #e6edf3; background: #0d1117 } }
text { fill: currentColor }
.title { font-size: 16px; font-weight: 600 }
.grid { stroke: currentColor; stroke-opacity: 0.15 }
.bound { stroke: currentColor; stroke-dasharray: 6 4 }
.buffer { fill-opacity: 0.75; stroke: currentColor; stroke-width: 0.5 }
.buffer:hover { fill-opacity: 1; stroke-width: 2 }
"""


def as_svg(rectangles: Sequence[Rectangle], *, title: str = "Memory") -> str:
    """A drawing that needs nothing else: a page or a file of its own.

    It follows the reader's choice of light or dark, and a buffer tells its name, size
    and steps when it is pointed at.
    """
    lifetimes = [r.lifetime for r in rectangles]
    bound = lower_bound(lifetimes)
    total = max(arena_bytes(lifetimes, [r.offset for r in rectangles]), bound, 1)
    page = _Page(_steps(rectangles), total)
    about = escape(f"{title}: {_title(rectangles)}")
    bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right + 24} '
            f'{bottom + 64}" role="img" aria-label="{about}">',
            f"<style>{_STYLE}</style>",
            f'<text class="title" x="{_LEFT}" y="30">{about}</text>',
            *(_byte_line(page, nbytes) for nbytes in _ticks(total)),
            *(_step_label(page, step) for step in _ticks(page.steps - 1)),
            f'<text x="{_LEFT + _WIDTH / 2:g}" y="{bottom + 46}" '
            f'text-anchor="middle">step</text>',
            *(_buffer(page, i, r) for i, r in enumerate(rectangles)),
            f'<line class="bound" x1="{_LEFT}" x2="{right}" y1="{page.y(bound)}" '
            f'y2="{page.y(bound)}"><title>lower bound: {size(bound)}</title></line>',
            "</svg>\n",
        ]
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """From steps and bytes to pixels."""

    steps: int
    nbytes: int

    def x(self, step: float) -> str:
        return f"{_LEFT + _WIDTH * step / self.steps:.6g}"

    def y(self, nbytes: int) -> str:
        return f"{_TOP + _HEIGHT * (1 - nbytes / self.nbytes):.6g}"


def _ticks(largest: int) -> list[int]:
    """Round numbers from 0 on: at most nine, a power of two apart."""
    apart = 1
    while largest // apart > 8:
        apart *= 2
    return list(range(0, largest + 1, apart))


def _byte_line(page: _Page, nbytes: int) -> str:
    y = page.y(nbytes)
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{_LEFT + _WIDTH}" y1="{y}" y2="{y}"/>'
        f'<text x="{_LEFT - 10}" y="{y}" dy="4" text-anchor="end">{size(nbytes)}</text>'
    )


def _step_label(page: _Page, step: int) -> str:
    x, y = page.x(step + 0.5), _TOP + _HEIGHT + 22
    return f'<text x="{x}" y="{y}" text-anchor="middle">{step}</text>'


def _buffer(page: _Page, index: int, rectangle: Rectangle) -> str:
    life, offset = rectangle.lifetime, rectangle.offset
    nbytes = aligned(life.nbytes)
    width = f"{_WIDTH * life.steps / page.steps:.6g}"
    height = f"{_HEIGHT * nbytes / page.nbytes:.6g}"
    told = (
        f"{rectangle.name}: {size(life.nbytes)} at {offset}, "
        f"steps {life.first} to {life.last}"
    )
    return (
        f'<rect class="buffer" x="{page.x(life.first)}" y="{page.y(offset + nbytes)}" '
        f'width="{width}" height="{height}" fill="{_HUES[index % len(_HUES)]}">'
        f"<title>{escape(told)}</title></rect>"
    )
