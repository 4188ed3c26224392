"""Applications of ops to random inputs from their domains."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ml_dtypes
import numpy as np

import reference_impl as ri
from reference_impl.core.bundle import results
from reference_impl.core.dtype import COMPLEX, FLOATING, SIGNED, UNSIGNED
from reference_impl.core.op import PRIMITIVES, Op
from reference_impl.core.tensor import Tensor

ELEMENTWISE_SHAPE = (3, 4)

INEXACT = (*FLOATING, *COMPLEX)
EXACT = (ri.float64, ri.complex128)
NARROW = tuple(dtype for dtype in INEXACT if dtype not in EXACT)
EVERY = (ri.bool, *SIGNED, *UNSIGNED, *INEXACT)

# Small enough that a sum of a few stays within 8 bits, large enough that few are alike.
LARGEST_INTEGER = 8

# The widest dtype of each kind.
WIDEST = (ri.int64, ri.float64, ri.complex128)

# No arrays can be drawn for these, and what they compute is in their attributes: their
# tests stand in `tests/reference_impl/core/`.
RUNS_GRAPHS = "runs the graphs of functions"
WITHOUT_DOMAIN = {
    "checkpoint": RUNS_GRAPHS,
    "cond": RUNS_GRAPHS,
    "custom_jvp": RUNS_GRAPHS,
    "custom_vjp": RUNS_GRAPHS,
    "fused": RUNS_GRAPHS,
    "pick": "takes a result from a bundle, so that the laws of ops with several use it",
    "scan": RUNS_GRAPHS,
    "while_loop": RUNS_GRAPHS,
}


def is_inexact(x: Any) -> bool:
    """Whether a derivative can be about these elements."""
    return x.dtype in INEXACT


def eps(dtype: np.dtype) -> float:
    """The distance from 1 to the next number of a floating or complex dtype."""
    return float(ml_dtypes.finfo(dtype).eps)


def widened(x: np.ndarray) -> np.ndarray:
    """Inexact numbers of double precision, other elements as they are."""
    if not is_inexact(x):
        return x
    return x.astype(np.complex128 if x.dtype in COMPLEX else np.float64)


def elements(x: Tensor | None, like: np.ndarray) -> np.ndarray:
    """The elements of a derivative, where `None` is a structural zero."""
    return np.zeros(like.shape) if x is None else x.numpy()


def random(rng: np.random.Generator, shape: Any, dtype: np.dtype) -> np.ndarray:
    """Normally distributed elements, with two such parts if complex; or integers."""
    if dtype not in INEXACT:
        return within(rng, (-LARGEST_INTEGER, LARGEST_INTEGER), shape, dtype)
    elements = rng.normal(size=shape)
    if dtype in COMPLEX:
        elements = elements + 1j * rng.normal(size=shape)
    return np.asarray(elements).astype(dtype)


def within(
    rng: np.random.Generator, interval: Any, shape: Any, dtype: np.dtype
) -> np.ndarray:
    """Uniformly distributed elements; complex ones have an imaginary part up to 1."""
    low, high = interval
    if dtype in INEXACT:
        elements = rng.uniform(low, high, size=shape)
        if dtype in COMPLEX:
            elements = elements + 1j * rng.uniform(-1, 1, size=shape)
    else:
        low, high = (0, 1) if dtype == ri.bool else (math.ceil(low), math.floor(high))
        low = max(low, 0) if dtype in UNSIGNED else low
        elements = rng.integers(low, high, size=shape, endpoint=True)
    return np.asarray(elements).astype(dtype)


@dataclass(frozen=True)
class Sample:
    """One application of an op: arrays from its domain, and its attributes."""

    op: Op
    arrays: tuple[np.ndarray, ...]
    attrs: dict[str, Any]
    dtype: np.dtype

    @property
    def tensors(self) -> list[Tensor]:
        return [ri.tensor(array) for array in self.arrays]

    @property
    def inexact(self) -> list[int]:
        """The positions of the inputs that a derivative can be about."""
        return [i for i, x in enumerate(self.arrays) if is_inexact(x)]

    def compute(self) -> list[np.ndarray]:
        """The results of the NumPy rule; most ops have one."""
        computed = self.op.compute(*self.arrays, **self.attrs)
        return [
            np.asarray(x)
            for x in (computed if isinstance(computed, tuple) else [computed])
        ]

    def apply(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """The results of the op; most ops have one."""
        out = self.op(*inputs, **self.attrs)
        return list(results(out)) if isinstance(out.dtype, tuple) else [out]

    def apply_inexact(
        self, given: Sequence[Tensor], inputs: Sequence[Tensor] = ()
    ) -> list[Tensor]:
        """Apply the op to the given tensors in place of the inexact inputs."""
        inputs = list(inputs or self.tensors)
        for i, x in zip(self.inexact, given, strict=True):
            inputs[i] = x
        return self.apply(inputs)

    def vjp(
        self, g: Sequence[Tensor | None], needs: Sequence[bool] | None = None
    ) -> tuple[Tensor | None, ...]:
        """The op's own rule, given a cotangent for each result."""
        inputs = self.tensors
        out = self.op(*inputs, **self.attrs)
        given = tuple(g) if isinstance(out.dtype, tuple) else g[0]
        return self.op.vjp(given, out, *inputs, needs=needs, **self.attrs)

    def jvp(self, tangents: Sequence[Tensor | None]) -> list[Tensor | None]:
        """The op's own rule: a tangent for each result."""
        inputs = self.tensors
        out = self.op(*inputs, **self.attrs)
        moved = self.op.jvp(tangents, out, *inputs, **self.attrs)
        if isinstance(out.dtype, tuple):
            return [None] * len(out.dtype) if moved is None else list(moved)
        return [moved]

    def moved(self, position: int, array: np.ndarray) -> Sample:
        """The same application with one input exchanged."""
        arrays = (*self.arrays[:position], array, *self.arrays[position + 1 :])
        return replace(self, arrays=arrays)

    def cotangents(self, rng: np.random.Generator) -> list[Tensor]:
        """A random tensor like each result; of numbers where the result has none."""
        return [
            ri.tensor(random(rng, x.shape, x.dtype if is_inexact(x) else ri.float64))
            for x in self.compute()
        ]

    def tangents(self, rng: np.random.Generator) -> list[Tensor | None]:
        """A random tensor like each inexact input, `None` for the others."""
        return [
            ri.tensor(random(rng, x.shape, x.dtype)) if is_inexact(x) else None
            for x in self.arrays
        ]


def drawn(op: Op, dtype: np.dtype, rng: np.random.Generator) -> list[Sample]:
    """Random inputs from an op's domain, in the given dtype where it draws them."""
    if op.kind == "elementwise":
        count = len(op.__signature__.parameters)
        arrays = within(rng, op.domain, (count, *ELEMENTWISE_SHAPE), dtype)
        return [Sample(op, tuple(arrays), {}, dtype)]
    given = op.domain(lambda *shape: random(rng, shape, dtype))
    return [Sample(op, tuple(arrays), attrs, dtype) for arrays, attrs in given]


@functools.cache
def entries(op: Op) -> list[Sample]:
    """The entries of an op's domain, in double precision.

    Raises
    ------
    ValueError
        If there are none, unless `WITHOUT_DOMAIN` says why, and if it says so in vain.
    """
    found = drawn(op, ri.float64, np.random.default_rng(0))
    if bool(found) == (op.name in WITHOUT_DOMAIN):
        raise ValueError(
            f"op {op.name}: its domain must have an entry, or WITHOUT_DOMAIN must say "
            f"why it has none; it has {len(found)}"
        )
    return found


def takes(op: Op, dtype: np.dtype, entry: Sample) -> bool:
    """Whether an op accepts an entry of its domain in a dtype."""
    # A condition or an index has a dtype of its own; what it goes with is any.
    has_own = op.kind != "elementwise" and not is_inexact(entry.arrays[0])
    return dtype.kind in op.kinds or has_own


def differs(op: Op, dtype: np.dtype, index: int) -> bool:
    """Whether an entry of a domain is another one in this dtype than in float64."""
    if dtype == ri.float64:
        return True
    entry, other = entries(op)[index], drawn(op, dtype, np.random.default_rng(0))[index]
    dtypes = [[x.dtype for x in sample.arrays] for sample in (entry, other)]
    return dtypes[0] != dtypes[1] or entry.attrs != other.attrs


def cases(
    dtypes: Sequence[np.dtype],
    *kinds: str,
    where: Callable[[Sample], bool] = lambda sample: True,
) -> dict[str, Any]:
    """Parameters of a fixture: ops of these kinds, entries of their domains, dtypes.

    The first entry of a domain runs in every dtype that the op takes. The others, which
    try attributes, run in the widest of each kind only: no rule asks for both at once.
    An entry that is the same in every dtype runs once, as if it were of float64.
    `where` chooses among the entries.
    """
    params, ids = [], []
    for op in PRIMITIVES.values():
        if kinds and op.kind not in kinds:
            continue
        for index, entry in enumerate(entries(op)):
            for dtype in dtypes:
                is_tried = index == 0 or dtype in WIDEST
                is_known = is_tried and takes(op, dtype, entry)
                if is_known and differs(op, dtype, index) and where(entry):
                    params.append((op, index, dtype))
                    name = f"{op.name}-{index}" if len(entries(op)) > 1 else op.name
                    ids.append(f"{name}-{dtype}")
    return {"params": params, "ids": ids}


def chosen(case: tuple[Op, int, np.dtype], rng: np.random.Generator) -> Sample:
    """The random inputs that a case of `cases` stands for."""
    op, index, dtype = case
    return drawn(op, dtype, rng)[index]
