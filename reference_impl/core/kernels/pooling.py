"""The largest element of every window: taken, or the place where a number is put.

    chosen   out[n, i, j, k] = t where x has the largest element of the window
    spread   y there = g[n, i, j, k], and zero elsewhere in the window
    added    y there += g[n, i, j, k], for windows that overlap

The elements of a window, its taps, are unrolled in the text: each is compared with the
largest so far, without a branch.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ..kernel import Kernel
from .window_loops import Strided, Taps, at, kernel, loops


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
        lines = [*at("x"), f"largest = {_load('x', 0)}"]
        for tap in _order(taps)[1:]:
            lines += [f"largest = maximum(largest, {_load('x', 0, tap)})"]
        lines += [*at("out"), "store(out, 1, out_at, largest)"]
    else:
        lines = [*at("x", "t"), f"result = {_load('t', 1)}", *_compared(taps)]
        for k, tap in list(enumerate(_order(taps)))[1:]:
            lines += [f"result = select(wins_{k}, {_load('t', 1, tap)}, result)"]
        lines += [*at("out"), "store(out, 2, out_at, result)"]
    formula = "out[n, i, j, k] = t[n, i, j, k, argmax x[n, i, j, k, h, w]]"
    last = len(walks) - 1
    return kernel(
        "chosen",
        formula,
        walks,
        *(loops("ijk", lines), sizes, taps),
        reads=range(last),
        writes=(last,),
    )


def spread(
    g: Strided, x: Strided, y: Strided, sizes: Sequence[int], taps: Taps
) -> Kernel:
    """Write g to the place of the largest element of x, and zeros beside it.

    No element of y is in two windows; one that is in none stays as it is.
    """
    zero = f"np.{g.dtype}(0)"
    lines = [*at("x", "g", "y"), f"left = {_load('g', 1)}", *_compared(taps)]
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
    return kernel(
        "spread",
        formula,
        walks,
        *(loops("ijk", lines), sizes, taps),
        reads=(0, 1),
        writes=(2,),
    )


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
    found = [*at("x", "places"), "place = np.int32(0)", *_compared(taps)]
    found += [f"place = select(wins_{k}, np.int32({k}), place)" for k, _ in order[1:]]
    found += ["store(places, 2, places_at, place)"]
    lines = loops("ijk", found)
    for k, tap in order:
        is_here = f"load(places, 2, places_at) == np.int32({k})"
        more = f"select({is_here}, {_load('g', 1)}, np.{g.dtype}(0))"
        there = f"y_at{_offset('y', tap)}"
        total = f"load(y, 3, {there}) + {more}"
        added_there = [*at("g", "places", "y"), f"store(y, 3, {there}, {total})"]
        lines += loops("ijk", added_there)
    formula = "y[n, i, j, k, argmax x[n, i, j, k, h, w]] += g[n, i, j, k]"
    walks = {"x": x, "g": g, "places": places, "y": y}
    return kernel(
        "added",
        formula,
        walks,
        *(lines, sizes, taps),
        reads=(0, 1, 3),
        writes=(2, 3),
    )


def _order(taps: Taps) -> list[tuple[int, int]]:
    """All taps, in row-major order."""
    return list(itertools.product(range(taps[0]), range(taps[1])))


def _offset(name: str, tap: tuple[int, int]) -> str:
    """How much further than the first tap another one is."""
    steps = zip(tap, "hw", strict=True)
    return "".join(f" + {step} * {name}_{axis}" for step, axis in steps if step)


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
