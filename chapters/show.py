"""Tables and plots, as the pages show them.

A notebook that is opened in `chapters/` finds this file beside itself. In a notebook
plots are drawn as Plotly always draws them; in the book they rely on the one plotly.js
that a page loads. Backgrounds are transparent, and every colour keeps a contrast of
at least 3.9 to white and to the book's dark background.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
from IPython.display import Markdown
from plotly.io.base_renderers import MimetypeRenderer

from reference_impl.core.plan.timeline import Rectangle

COLOURS = ("#2e7fc9", "#d0601a", "#2a8f5f", "#a866c4", "#7a7a7a")
SYMBOLS = ("circle", "diamond", "square", "cross", "x")
GRID = "rgba(128, 128, 128, 0.3)"
EDGE = "rgba(255, 255, 255, 0.6)"
ROW_PIXELS = 34
LINES_PIXELS = 320
AXIS_PIXELS = 60  # the numbers below a plot and the title of the axis
MARGIN_PIXELS = 30
# The pages' own. Plotly measures texts with it, so no style sheet may change it.
FONT = "system-ui, sans-serif"

SPREAD = ("median", "low", "high")
Spread = Mapping[str, float]
"""The parts of a measurement that `SPREAD` names."""
Quantity = Spread | float | None


class Page(MimetypeRenderer):
    """Draws with the plotly.js that the page has loaded already."""

    def to_mimebundle(self, figure: dict[str, Any]) -> dict[str, str]:
        """The figure as a part of a page."""
        config = {"responsive": True, "displaylogo": False}
        drawn = pio.to_html(
            figure, config=config, include_plotlyjs=False, full_html=False
        )
        return {"text/html": drawn}


pio.renderers["page"] = Page()
if "MAPPING_BOOK" in os.environ:
    pio.renderers.default = "page"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Markdown:
    """A table; columns of numbers are aligned to the right."""
    texts = [[plain(str(cell)) for cell in row] for row in rows]
    rule = [
        "--:" if all(cell[:1] in "0123456789–" for cell in column) else ":--"
        for column in zip(*texts, strict=True)
    ]
    lines = (" | ".join(cells) for cells in (columns, rule, *texts))
    return Markdown("\n".join(f"| {line} |" for line in lines))


def plain(text: str) -> str:
    """A text that a cell of a table shows as it is, on one line."""
    return re.sub(r"([\\`*_\[<>|$])", r"\\\1", " ".join(text.split()))


def number(quantity: Quantity, form: str = ".3g") -> str:
    """A quantity as text, its spread behind it; a dash where nothing was measured."""
    if quantity is None:
        return "–"
    if isinstance(quantity, Mapping):
        median, low, high = (number(quantity[part], form) for part in SPREAD)
        return f"{median} ({low} to {high})"
    return f"{quantity:{form}}" if quantity else "0"


def scaled(quantity: Quantity, factor: float) -> Quantity:
    """A quantity in another unit."""
    if isinstance(quantity, Mapping):
        return {part: quantity[part] * factor for part in SPREAD}
    return None if quantity is None else quantity * factor


def dots(
    series: Mapping[str, Mapping[str, Quantity]],
    *,
    axis: str,
    marks: Mapping[str, float] = MappingProxyType({}),
) -> go.Figure:
    """A row for each label and a dot for each series, on a logarithmic axis.

    Parameters
    ----------
    series : quantities by label, by the name of the series
        A spread is drawn as a bar behind its dot. `None` is left out.
    axis : str
        What the numbers are, with their unit.
    marks : numbers by name, optional
        Drawn as lines across all rows.
    """
    figure = go.Figure()
    for i, (name, quantities) in enumerate(series.items()):
        known = {label: q for label, q in quantities.items() if q is not None}
        look = {"color": COLOURS[i], "symbol": SYMBOLS[i], "size": 10}
        figure.add_scatter(
            y=list(known),
            name=name,
            mode="markers",
            orientation="h",
            offsetgroup=name,
            marker=look,
            **_ranges(list(known.values())),
        )
    for name, value in marks.items():
        figure.add_vline(value, line={"color": COLOURS[-1], "dash": "dash"})
        # On a logarithmic axis plotly wants the logarithm here, and the value above.
        place = {"x": math.log10(value), "y": 1, "yref": "paper", "yanchor": "bottom"}
        figure.add_annotation(text=name, showarrow=False, **place)
    measured = [q for each in series.values() for q in each.values() if q]
    values = [_part(q, part) for q in measured for part in SPREAD]
    places = ticks([*values, *marks.values()])
    names = [f"{value:g}" for value in places]
    figure.update_xaxes(type="log", title=axis, tickvals=places, ticktext=names)
    labels = list(dict.fromkeys(label for each in series.values() for label in each))
    figure.update_yaxes(categoryorder="array", categoryarray=labels[::-1])
    figure.update_layout(scattermode="group", scattergap=0.4)
    return _framed(figure, len(labels) * ROW_PIXELS)


def lines(series: Mapping[str, Sequence[float]], *, x: str, y: str) -> go.Figure:
    """Lines over 1, 2, 3, ...; each is thinner than the one that it may cover."""
    figure = go.Figure()
    for i, (name, values) in enumerate(series.items()):
        figure.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=list(values),
            name=name,
            mode="lines",
            line={"color": COLOURS[i], "width": 1.5 + 2 * (len(series) - 1 - i)},
        )
    figure.update_xaxes(title=x)
    figure.update_yaxes(title=y)
    return _framed(figure, LINES_PIXELS)


def boxes(
    rectangles: Sequence[Rectangle], *, x: str = "step", y: str = "KiB"
) -> go.Figure:
    """Buffers of an arena: across from when to when, upwards where they lie."""
    lives = [each.lifetime for each in rectangles]
    figure = go.Figure()
    figure.add_bar(
        x=[(life.first + life.last) / 2 for life in lives],
        width=[life.steps for life in lives],
        base=[each.offset / 1024 for each in rectangles],
        y=[life.nbytes / 1024 for life in lives],
        text=[each.name for each in rectangles],
        textposition="none",
        hovertemplate="%{text}: %{y:.3g} KiB from %{base:.3g} KiB on<extra></extra>",
        marker={
            "color": [COLOURS[i % len(COLOURS)] for i in range(len(lives))],
            "line": {"color": EDGE, "width": 1},
        },
    )
    ends = min(life.first for life in lives), max(life.last for life in lives)
    figure.update_xaxes(title=x, range=[ends[0] - 0.5, ends[1] + 0.5])
    figure.update_yaxes(title=y)
    return _framed(figure, LINES_PIXELS)


def roofline(
    points: Mapping[str, tuple[float, float]],
    *,
    peak: float,
    roofs: Mapping[str, float],
) -> go.Figure:
    """Operations a second by operations a byte, below what a machine can do.

    Parameters
    ----------
    points : (operations for a byte, GFLOP/s), by name
    peak : float
        In GFLOP/s.
    roofs : GB/s, by name
        Each is a slanted line up to the peak.
    """
    figure = go.Figure()
    across = [intensity for intensity, _ in points.values()]
    ridges = [peak / bandwidth for bandwidth in roofs.values()]
    first, last = min(across) / 2, max([*across, *ridges]) * 2
    for i, (name, bandwidth) in enumerate(roofs.items(), start=1):
        ridge = peak / bandwidth
        figure.add_scatter(
            x=[first, ridge, last],
            y=[first * bandwidth, peak, peak],
            name=f"{name}: {bandwidth:.3g} GB/s",
            mode="lines",
            line={"color": COLOURS[i], "dash": "solid" if i == 1 else "dash"},
        )
    figure.add_scatter(
        x=across,
        y=[speed for _, speed in points.values()],
        text=list(points),
        name="measured",
        mode="markers",
        marker={"color": COLOURS[0], "size": 10},
        hovertemplate="%{text}: %{x:.3g} a byte, %{y:.3g} GFLOP/s<extra></extra>",
    )
    title = f"GFLOP/s (peak {peak:.3g})"
    figure.update_xaxes(type="log", title="operations for each byte", dtick=1)
    figure.update_yaxes(type="log", title=title, dtick=1)
    return _framed(figure, LINES_PIXELS)


def ticks(values: Sequence[float]) -> list[float]:
    """Round numbers around positive ones: 1, 2, 5, 10; or 1, 10, 100 if far apart."""
    if not values:
        return []
    low, high = math.log10(min(values)), math.log10(max(values))
    digits = (1, 2, 5) if high - low < 2.5 else (1,)
    powers = range(math.floor(low), math.ceil(high) + 1)
    return [digit * 10.0**power for power in powers for digit in digits]


def _ranges(quantities: Sequence[Quantity]) -> dict[str, Any]:
    """Dots at the medians, with bars to both ends."""
    median, low, high = ([_part(q, part) for q in quantities] for part in SPREAD)
    above = [end - centre for end, centre in zip(high, median, strict=True)]
    below = [centre - end for end, centre in zip(low, median, strict=True)]
    bars = {"symmetric": False, "array": above, "arrayminus": below}
    return {"x": median, "error_x": bars}


def _part(quantity: Quantity, part: str) -> float:
    assert quantity is not None
    return quantity[part] if isinstance(quantity, Mapping) else quantity


def _framed(figure: go.Figure, rows_pixels: int) -> go.Figure:
    figure.update_xaxes(gridcolor=GRID, zerolinecolor=GRID, automargin=True)
    figure.update_yaxes(gridcolor=GRID, zerolinecolor=GRID, automargin=True)
    figure.update_yaxes(title_standoff=12)
    return figure.update_layout(
        template="none",
        font={"family": FONT},
        height=rows_pixels + 2 * MARGIN_PIXELS + 2 * AXIS_PIXELS,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 0, "r": 0, "t": MARGIN_PIXELS, "b": MARGIN_PIXELS},
        # Below the axis, where it can grow when the page is narrow.
        legend={"orientation": "h", "x": 0, "y": -AXIS_PIXELS / rows_pixels},
    )
