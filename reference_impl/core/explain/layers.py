"""Where the boxes of a drawing are: in layers, below all that they depend on.

A box stands one layer below the lowest of its sources, or further down if that brings
it nearer to what reads it. An arrow over several layers
gets a place in each of them, so that it does not run through boxes. Then, layer by
layer, every place moves to the mean of its neighbours, as far as the others let it.

Source: Sugiyama, Tagawa and Toda 1981, with barycentres for order and place at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

SWEEPS = 12
GAP = 14.0
BEND_WIDTH = 10.0  # of the place that an arrow takes in a layer


@dataclass(frozen=True)
class Layout:
    """Where everything is.

    Attributes
    ----------
    centre : mapping of str to (float, int)
        Of every box: its middle across, and its layer.
    paths : list of lists of (float, int)
        Of every arrow: the places that it goes through, both ends included.
    width : float
    layers : int
    """

    centre: Mapping[str, tuple[float, int]]
    paths: list[list[tuple[float, int]]]
    width: float
    layers: int


def layout(widths: Mapping[str, float], arrows: Sequence[tuple[str, str]]) -> Layout:
    """Place boxes of some widths; arrows lead from earlier boxes to later ones."""
    layer = _depths(widths, arrows)
    sizes: dict[str, float] = dict(widths)
    near: dict[str, list[str]] = {name: [] for name in widths}
    chains = []
    for number, (start, end) in enumerate(arrows):
        bends = [f"{number}/{i}" for i in range(layer[start] + 1, layer[end])]
        chains.append([start, *bends, end])
        for i, bend in enumerate(bends, layer[start] + 1):
            layer[bend], sizes[bend], near[bend] = i, BEND_WIDTH, []
        for one, other in zip(chains[-1], chains[-1][1:], strict=False):
            near[one].append(other)
            near[other].append(one)
    rows: list[list[str]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for name, depth in layer.items():
        rows[depth].append(name)
    x = _places(rows, sizes, near)
    left = min((x[name] - sizes[name] / 2 for name in x), default=0.0)
    right = max((x[name] + sizes[name] / 2 for name in x), default=0.0)
    centre = {name: (x[name] - left, layer[name]) for name in x}
    return Layout(
        {name: centre[name] for name in widths},
        [[centre[name] for name in chain] for chain in chains],
        right - left,
        len(rows),
    )


def _depths(
    names: Mapping[str, float], arrows: Sequence[tuple[str, str]]
) -> dict[str, int]:
    """How many arrows the longest way to each box has, or more to be near readers."""
    sources: dict[str, list[str]] = {name: [] for name in names}
    readers: dict[str, list[str]] = {name: [] for name in names}
    for start, end in arrows:
        sources[end].append(start)
        readers[start].append(end)
    depth: dict[str, int] = {}
    for name in names:  # sources come first
        depth[name] = 1 + max((depth[x] for x in sources[name]), default=-1)
    for name in reversed(list(names)):
        # Further down, more arrows become shorter than longer, or as many.
        if readers[name] and len(sources[name]) <= len(readers[name]):
            depth[name] = min(depth[x] for x in readers[name]) - 1
    return depth


def _places(
    rows: Sequence[list[str]],
    widths: Mapping[str, float],
    near: Mapping[str, Sequence[str]],
) -> dict[str, float]:
    x: dict[str, float] = {}
    for row in rows:
        _pack(row, {name: float(i) for i, name in enumerate(row)}, widths, x)
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = {
                name: fmean(x[other] for other in near[name]) if near[name] else x[name]
                for name in row
            }
            row.sort(key=lambda name: wanted[name])
            _pack(row, wanted, widths, x)
    return x


def _pack(
    row: Sequence[str],
    wanted: Mapping[str, float],
    widths: Mapping[str, float],
    x: dict[str, float],
) -> None:
    """Place a row in its order, as near to where it wants to be as there is room."""
    edge = float("-inf")
    for name in row:
        x[name] = max(wanted[name], edge + widths[name] / 2)
        edge = x[name] + widths[name] / 2 + GAP
    # They have been pushed to the right only.
    shift = fmean(x[name] - wanted[name] for name in row) if row else 0.0
    for name in row:
        x[name] -= shift
