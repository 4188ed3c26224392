"""The largest element of every window: taken, or the place where a number is put.

    chosen   out[n, i, j, k] = t where x has the largest element of the window
    spread   y there = g[n, i, j, k], and zero elsewhere in the window
    added    y there += g[n, i, j, k], for windows that overlap

Here n counts images; i, j, k are channels, rows and columns in the order in which they
lie in memory, so that the innermost loop runs over neighbours. The elements of a
window, its taps, are unrolled in the text: each is compared with the largest so far,
without a branch. Threads share images.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..dtype import Dtype
from ..kernel import Kernel, Ref, named

# Strides of neighbours stand in the text, so that LLVM sees what lies side by side.
NEAR = (1, 2)

# So many elements that are read are worth a call of the function.
GRAIN_ELEMENTS = 4096

Taps = tuple[int, int]  # rows and columns of a window


class Strided(NamedTuple):
    """An array, and how many elements of it lie between neighbours.

    Attributes
    ----------
    positions : sequence of four int
        Neighbours along n, i, j and k.
    taps : pair of int
        Neighbours in a column, and in a row, of a window; if the array has one element
        for a window, nothing.
    """

    ref: Ref
    dtype: Dtype
    positions: Sequence[int]
    taps: Sequence[int] = ()


_TEXT = '''import numpy as np

from reference_impl.core.codegen.language import array, load, maximum, store
from reference_impl.core.codegen.scalars import select


def {{name}}(args, begin, end):
    """{formula}"""
{head}

    for n in range(begin, end):
{body}
'''


def chosen(
    t: Strided, x: Strided, out: Strided, sizes: Sequence[int], taps: Taps
) -> Kernel:
    """Take the element of t at the place of the largest one of x.

    Parameters
    ----------
    sizes : sequence of four int
        How many n, i, j and k there are.
    """
    walks = {"x": x, "out": out} if t == x else {"x": x, "t": t, "out": out}
    if t == x:
        lines = [*_at("x"), f"largest = {_load('x', 0)}"]
        for tap in _order(taps)[1:]:
            lines += [f"largest = maximum(largest, {_load('x', 0, tap)})"]
        lines += [*_at("out"), "store(out, 1, out_at, largest)"]
    else:
        lines = [*_at("x", "t"), f"result = {_load('t', 1)}", *_compared(taps)]
        for k, tap in list(enumerate(_order(taps)))[1:]:
            lines += [f"result = select(wins_{k}, {_load('t', 1, tap)}, result)"]
        lines += [*_at("out"), "store(out, 2, out_at, result)"]
    formula = "out[n, i, j, k] = t[n, i, j, k, argmax x[n, i, j, k, h, w]]"
    return _kernel("chosen", formula, walks, _loops(lines), sizes, taps)


def spread(
    g: Strided, x: Strided, y: Strided, sizes: Sequence[int], taps: Taps
) -> Kernel:
    """Write g to the place of the largest element of x, and zeros beside it.

    No element of y is in two windows; one that is in none stays as it is.
    """
    zero = f"np.{g.dtype}(0)"
    lines = [*_at("x", "g", "y"), f"left = {_load('g', 1)}", *_compared(taps)]
    # The last one that was larger than all before it is the largest of all. No two taps
    # ever are the same element of y, so each has the number of an array of its own.
    for k, tap in reversed(list(enumerate(_order(taps)))[1:]):
        value = f"select(wins_{k}, left, {zero})"
        lines += [
            f"store(y, {2 + k}, y_at{_offset('y', tap)}, {value})",
            f"left = select(wins_{k}, {zero}, left)",
        ]
    lines += ["store(y, 2, y_at, left)"]
    formula = "y[n, i, j, k, argmax x[n, i, j, k, h, w]] = g[n, i, j, k]"
    walks = {"x": x, "g": g, "y": y}
    return _kernel("spread", formula, walks, _loops(lines), sizes, taps)


def added(
    g: Strided,
    x: Strided,
    y: Strided,
    places: Strided,
    sizes: Sequence[int],
    taps: Taps,
) -> Kernel:
    """Add g to y at the place of the largest element of x.

    An element of y may be in several windows, so all of them add what they have at one
    tap, then at the next. Which tap it is for each is written to `places`, of int32.
    """
    order = list(enumerate(_order(taps)))
    found = [*_at("x", "places"), "place = np.int32(0)", *_compared(taps)]
    found += [f"place = select(wins_{k}, np.int32({k}), place)" for k, _ in order[1:]]
    found += ["store(places, 2, places_at, place)"]
    lines = _loops(found)
    for k, tap in order:
        is_here = f"load(places, 2, places_at) == np.int32({k})"
        more = f"select({is_here}, {_load('g', 1)}, np.{g.dtype}(0))"
        there = f"y_at{_offset('y', tap)}"
        total = f"load(y, 3, {there}) + {more}"
        lines += _loops([*_at("g", "places", "y"), f"store(y, 3, {there}, {total})"])
    formula = "y[n, i, j, k, argmax x[n, i, j, k, h, w]] += g[n, i, j, k]"
    walks = {"x": x, "g": g, "places": places, "y": y}
    return _kernel("added", formula, walks, lines, sizes, taps, updates=(2, 3))


def _order(taps: Taps) -> list[tuple[int, int]]:
    """All taps, in row-major order."""
    return list(itertools.product(range(taps[0]), range(taps[1])))


def _offset(name: str, tap: tuple[int, int]) -> str:
    """How much further than the first tap another one is."""
    steps = zip(tap, "hw", strict=True)
    return "".join(f" + {step} * {name}_{axis}" for step, axis in steps if step)


def _at(*names: str) -> list[str]:
    """Where in arrays a window is."""
    terms = " + ".join(f"{axis} * {{0}}_{axis}" for axis in "nijk")
    return [f"{name}_at = {terms.format(name)}" for name in names]


def _load(name: str, number: int, tap: tuple[int, int] = (0, 0)) -> str:
    return f"load({name}, {number}, {name}_at{_offset(name, tap)})"


def _compared(taps: Taps) -> list[str]:
    """Whether each tap of x, after the first, is larger than all before it."""
    lines = [f"largest = {_load('x', 0)}"]
    for k, tap in list(enumerate(_order(taps)))[1:]:
        lines += [
            f"v = {_load('x', 0, tap)}",
            # Both comparisons are false for what is not a number: it wins, and stays.
            f"wins_{k} = (not (v <= largest)) & (largest == largest)",
            f"largest = select(wins_{k}, v, largest)",
        ]
    return lines


def _loops(lines: Sequence[str]) -> list[str]:
    """Lines for every window on an image."""
    heads = [
        f"{'    ' * i}for {axis} in range({axis}_size):" for i, axis in enumerate("ijk")
    ]
    return [*heads, *(f"{'    ' * 3}{line}" for line in lines)]


def _strides(walks: Mapping[str, Strided]) -> Iterator[tuple[str, int]]:
    """All strides and their names in the text."""
    for name, walk in walks.items():
        names = [f"{name}_{axis}" for axis in "nijkhw"]
        yield from zip(names, (*walk.positions, *walk.taps), strict=False)


def _kernel(
    stem: str,
    formula: str,
    walks: Mapping[str, Strided],
    body: Sequence[str],
    sizes: Sequence[int],
    taps: Taps,
    updates: Sequence[int] = (),
) -> Kernel:
    count, *inside = sizes
    given = {f"{axis}_size": size for axis, size in zip("ijk", inside, strict=True)}
    strides = dict(_strides(walks))
    given |= {name: each for name, each in strides.items() if each not in NEAR}
    head = [
        *(
            f'{name} = array(args, {i}, "{walk.dtype}")'
            for i, (name, walk) in enumerate(walks.items())
        ),
        *(f"{name} = args[{i}]" for i, name in enumerate(given, len(walks))),
        *(f"{name} = {each}" for name, each in strides.items() if each in NEAR),
    ]
    text = _TEXT.format(
        formula=formula,
        head="\n".join(f"    {line}" for line in head),
        body="\n".join(f"        {line}" for line in body),
    )
    last = len(walks) - 1
    elements = math.prod(inside) * math.prod(taps)
    return Kernel(
        named(stem, text),
        (*(walk.ref for walk in walks.values()), *given.values()),
        reads=tuple(range(len(walks) if updates else last)),
        writes=tuple(updates) or (last,),
        extent=count,
        grain=max(1, GRAIN_ELEMENTS // max(elements, 1)),
        operations=count * elements,
    )
