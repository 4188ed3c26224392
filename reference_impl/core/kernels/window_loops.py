"""Loops over the windows on images, as text, and the kernel that is made of them.

Here n counts images; i, j, k are channels, rows and columns in the order in which they
lie in memory, so that the innermost loop runs over neighbours; h and w are rows and
columns of a window. Threads share images.
"""

from __future__ import annotations

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


def at(*names: str) -> list[str]:
    """Lines that say where in arrays a window is."""
    terms = " + ".join(f"{axis} * {{0}}_{axis}" for axis in "nijk")
    return [f"{name}_at = {terms.format(name)}" for name in names]


def loops(axes: str, lines: Sequence[str]) -> list[str]:
    """Lines inside loops, the first axis outside."""
    for axis in reversed(axes):
        head = f"for {axis} in range({axis}_size):"
        lines = [head, *(f"    {line}" for line in lines)]
    return list(lines)


def kernel(
    stem: str,
    formula: str,
    walks: Mapping[str, Strided],
    body: Sequence[str],
    sizes: Sequence[int],
    taps: Taps,
    *,
    reads: Sequence[int],
    writes: Sequence[int],
) -> Kernel:
    """The kernel with this body for every image.

    Parameters
    ----------
    walks : dict
        What the arrays are called in the body, where `x_i` is a stride of x.
    body : sequence of str
        Lines; `i_size` is how many i there are.
    sizes : sequence of four int
        How many n, i, j and k there are.
    reads, writes : sequence of int
        Positions in `walks`.
    """
    count, *inside = sizes
    lines = "\n".join(f"        {line}" for line in body)
    counts = zip("ijkhw", (*inside, *taps), strict=True)
    strides = dict(_strides(walks))
    given = {name: size for axis, size in counts if (name := f"{axis}_size") in lines}
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
        body=lines,
    )
    elements = math.prod(inside) * math.prod(taps)
    return Kernel(
        named(stem, text),
        (*(walk.ref for walk in walks.values()), *given.values()),
        reads=tuple(reads),
        writes=tuple(writes),
        extent=count,
        grain=max(1, GRAIN_ELEMENTS // max(elements, 1)),
        operations=count * elements,
    )


def _strides(walks: Mapping[str, Strided]) -> Iterator[tuple[str, int]]:
    """All strides and their names in the text."""
    for name, walk in walks.items():
        names = [f"{name}_{axis}" for axis in "nijkhw"]
        yield from zip(names, (*walk.positions, *walk.taps), strict=False)
