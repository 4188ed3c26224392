"""The roofline: what kernels reach, under what the machine can do.

Across is the arithmetic intensity, upwards are operations per second, both by powers of
ten. A kernel that does few operations for a byte is stopped by the slanted roof, the
bandwidth; one that does many by the level one, the peak.

Source: Williams, Waterman and Patterson 2009.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .limits import Limits
from .markup import element, escape
from .numerals import decimal

# Of a page of 960 x 500, like that of the memory's timeline.
_LEFT, _TOP, _WIDTH, _HEIGHT = 84, 24, 852, 390
_LINE = 17
_LEAST_RADIUS, _MOST_RADIUS = 5.0, 18.0


@dataclass(frozen=True)
class Dot:
    """What runs together: operations a byte and a second, and its share of the time."""

    lines: tuple[str, ...]
    intensity: float
    speed: float
    share: float = 0.0


@dataclass(frozen=True)
class _Page:
    """From powers of ten to pixels."""

    x_first: int
    x_last: int
    y_first: int
    y_last: int

    def x(self, value: float) -> float:
        part = (math.log10(value) - self.x_first) / (self.x_last - self.x_first)
        return _LEFT + _WIDTH * part

    def y(self, value: float) -> float:
        part = (math.log10(value) - self.y_first) / (self.y_last - self.y_first)
        return _TOP + _HEIGHT * (1 - part)


def as_svg(dots: Sequence[Dot], limits: Limits) -> str:
    """The plot; a dot tells what it is when it is pointed at or has the focus."""
    page = _page(dots, limits)
    bottom = _TOP + _HEIGHT
    # Large ones first, so that small ones can be reached.
    order = sorted(range(len(dots)), key=lambda i: -dots[i].share)
    title = f"Roofline of {len(dots)} groups of kernels"
    return element(
        "svg",
        element("style", *(_shown_with(i) for i in range(len(dots)))),
        *_grid(page),
        *_roofs(page, limits),
        _text("operations for each byte", _LEFT + _WIDTH / 2, bottom + 48, "middle"),
        _text("GFLOP/s", _LEFT, _TOP - 9, "middle"),
        *(_dot(page, dots[i], i) for i in order),
        *(_label(page, dots[i], i) for i in order),
        viewBox=f"0 0 {_LEFT + _WIDTH + 24} {bottom + 64}",
        class_="plot",
        role="group",
        aria_label=title,
    )


def _page(dots: Iterable[Dot], limits: Limits) -> _Page:
    xs = [dot.intensity for dot in dots] + [limits.peak / limits.bandwidth]
    ys = [dot.speed for dot in dots if dot.speed] + [limits.peak]
    first, last = _powers([*xs, 0.1])
    low, high = _powers([*ys, limits.bandwidth * 10.0**first])
    return _Page(first, last, low, high)


def _powers(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around some values."""
    first = math.floor(math.log10(min(values)))
    return first, max(math.floor(math.log10(max(values))) + 1, first + 1)


def _grid(page: _Page) -> Iterable[str]:
    bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
    for power in range(page.x_first, page.x_last + 1):
        x = f"{page.x(10.0**power):.1f}"
        yield element("line", x1=x, x2=x, y1=_TOP, y2=bottom, class_="grid")
        yield _text(_power(power), float(x), bottom + 22, "middle")
    for power in range(page.y_first, page.y_last + 1):
        y = page.y(10.0**power)
        yield element("line", x1=_LEFT, x2=right, y1=y, y2=y, class_="grid")
        yield _text(_power(power - 9), _LEFT - 10, y + 4, "end")


def _power(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:.{-power}f}"


def _roofs(page: _Page, limits: Limits) -> Iterable[str]:
    caches = limits.cache_bandwidth
    slanted = [(caches, "cache")] if caches > 1.2 * limits.bandwidth else []
    for bandwidth, name in (*slanted, (limits.bandwidth, "memory")):
        low, high = 10.0**page.x_first, 10.0**page.x_last
        low = max(low, 10.0**page.y_first / bandwidth)
        ridge = min(limits.peak / bandwidth, high)
        (x1, y1), (x2, y2) = (
            (page.x(x), page.y(x * bandwidth)) for x in (low, max(ridge, low))
        )
        yield _line(x1, y1, x2, y2, f"roof {name}")
        angle = math.degrees(math.atan2(y2 - y1, x2 - x1))
        yield _text(
            f"{name} {decimal(bandwidth / 1e9)} GB/s",
            x1 + 12,
            y1 - 6 + 12 * math.tan(math.radians(angle)),
            "start",
            transform=f"rotate({angle:.1f} {x1 + 12:.1f} {y1 - 6:.1f})",
            class_="name",
        )
    top, right = page.y(limits.peak), _LEFT + _WIDTH
    yield _line(page.x(limits.peak / caches), top, right, top, "roof peak")
    peak = f"peak {decimal(limits.peak / 1e9)} GFLOP/s"
    yield _text(peak, right, top - 8, "end", class_="name")


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    numbers = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return element("line", **{k: f"{v:.1f}" for k, v in numbers.items()}, class_=kind)


def _text(text: str, x: float, y: float, anchor: str, **attributes: object) -> str:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text_anchor": anchor}
    return element("text", escape(text), **place, **attributes)


def _place(page: _Page, dot: Dot) -> tuple[float, float]:
    least = 10.0**page.y_first
    return page.x(dot.intensity), page.y(max(dot.speed, least))


def _dot(page: _Page, dot: Dot, number: int) -> str:
    x, y = _place(page, dot)
    # The area shows the share.
    radius = _LEAST_RADIUS + (_MOST_RADIUS - _LEAST_RADIUS) * math.sqrt(dot.share)
    return element(
        "circle",
        cx=f"{x:.1f}",
        cy=f"{y:.1f}",
        r=f"{radius:.1f}",
        **{"class": "dot", "id": f"dot{number}", "tabindex": 0, "role": "img"},
        aria_label="; ".join(dot.lines),
    )


def _label(page: _Page, dot: Dot, number: int) -> str:
    """What a dot is: on the side of it, and inwards, where there is more room."""
    x, y = _place(page, dot)
    is_left, is_high = x < _LEFT + _WIDTH / 2, y < _TOP + _HEIGHT / 2
    x, anchor = (x + 24, "start") if is_left else (x - 24, "end")
    y += _LINE if is_high else -_LINE * (len(dot.lines) - 1)
    width = 7.2 * max(map(len, dot.lines)) + 16
    left = x - 8 if is_left else x - width + 8
    rows = (_text(line, x, y + _LINE * i, anchor) for i, line in enumerate(dot.lines))
    frame = element(
        "rect",
        x=f"{left:.1f}",
        y=f"{y - _LINE:.1f}",
        width=f"{width:.1f}",
        height=_LINE * len(dot.lines) + 10,
        rx=5,
    )
    return element("g", frame, *rows, class_="label", id=f"label{number}")


def _shown_with(number: int) -> str:
    dot, label = f"#dot{number}", f"#label{number}"
    return f"{dot}:hover ~ {label}, {dot}:focus ~ {label} {{ display: block }}\n"
