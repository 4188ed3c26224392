"""Kernels: the source text of a function, and what it is called with.

A function is built once for its text, however many kernels call it, so the text holds
nothing that differs between them: addresses, sizes and strides are arguments. All
functions have one signature,

    void name(int64_t *args, int64_t begin, int64_t end)

where `args` are addresses and integers, and `begin` to `end` is a part of the kernel's
parallel axis. Parts may be computed in any order and at the same time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PYTHON, LLVM = "python", "llvm"


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a function, in Numba's part of Python or in LLVM's language.

    Attributes
    ----------
    name : str
        Of the function in the text; two different texts have different names.
    """

    name: str
    text: str
    language: str = PYTHON


def named(stem: str, text: str, language: str = PYTHON) -> Source:
    """The source whose text calls its function `{name}`, named after its content."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    name = f"{stem}_{digest}"
    return Source(name, text.replace("{name}", name), language)


@dataclass(frozen=True, eq=False, slots=True)
class Buffer:
    """Bytes that kernels read and write; where they lie is the plan's business."""

    nbytes: int
    maker: str


@dataclass(frozen=True, slots=True)
class Ref:
    """An argument that is an address.

    Attributes
    ----------
    offset : int
        In bytes, from the buffer's beginning.
    step : int or None
        How many bytes of the buffer belong to one element of the kernel's parallel
        axis: element i touches nothing but bytes i * step to (i + 1) * step, counted
        from `offset`. `None` if elements share what they touch.
    stride : int
        How many bytes further the argument is at every iteration of the loop that the
        kernel is in.
    """

    buffer: Buffer
    offset: int = 0
    step: int | None = None
    stride: int = 0

    def reach(self, extent: int) -> int:
        """How many bytes a kernel of this extent touches by it, at the most."""
        if self.step is not None:
            return self.step * extent
        # What moves from one iteration to the next has a part of its own for each.
        return abs(self.stride) or self.buffer.nbytes


def own_elements(stride: int, inner: Iterable[tuple[int, int]]) -> int | None:
    """How many elements of an array belong to one of the parallel axis.

    Parameters
    ----------
    stride : int
        Of the parallel axis.
    inner : iterable of pairs of int
        The sizes and the strides of the axes inside of it.
    """
    long = [(size, step) for size, step in inner if size > 1]
    reach = 1 + sum((size - 1) * abs(step) for size, step in long)
    is_backwards = any(step < 0 for _, step in long)
    return None if is_backwards or reach > stride else stride


def own_bytes(
    stride: int, inner: Iterable[tuple[int, int]], itemsize: int
) -> int | None:
    """`own_elements` as bytes: a `Ref.step`."""
    own = own_elements(stride, inner)
    return None if own is None else own * itemsize


@dataclass(frozen=True, eq=False, slots=True)
class Kernel:
    """A function and its arguments.

    Attributes
    ----------
    reads, writes : tuple of int
        Which arguments are read, and which are written; those in both are updated.
    extent : int
        The size of the parallel axis.
    grain : int
        Parts of fewer elements of the parallel axis are inefficient.
    operations : int
        On numbers, by estimate.
    in_place : tuple of pairs of int
        A read and a written argument that may be the same array: what is written
        depends on the element that was there, and on no other one of that array.
    """

    source: Source
    args: tuple[int | Ref, ...]
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    extent: int
    grain: int = 1
    operations: int = 0
    in_place: tuple[tuple[int, int], ...] = ()

    def refs(self, positions: Sequence[int]) -> list[Ref]:
        """The addresses among the arguments at these positions."""
        return [x for i in positions if isinstance(x := self.args[i], Ref)]

    @property
    def nbytes(self) -> int:
        """How many bytes it reads and writes, at the most."""
        refs = self.refs(sorted({*self.reads, *self.writes}))
        return sum(ref.reach(self.extent) for ref in refs)


@dataclass(frozen=True, eq=False, slots=True)
class Loop:
    """Kernels that run one after the other, `count` times."""

    body: tuple[Kernel, ...]
    count: int
