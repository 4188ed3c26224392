"""Applications of ops to random inputs from their domains."""

from __future__ import annotations

import itertools
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
WITHOUT_FRACTIONS = (ri.bool, *SIGNED, *UNSIGNED)


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
    """Normally distributed elements; complex ones have two such parts."""
    elements = rng.normal(size=shape)
    if dtype in COMPLEX:
        elements = elements + 1j * rng.normal(size=shape)
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
    """Random inputs from an op's domain, inexact ones in the given dtype."""
    if op.kind == "elementwise":
        count = len(op.__signature__.parameters)
        shape = (count, *ELEMENTWISE_SHAPE)
        arrays = rng.uniform(*op.domain, size=shape)
        if dtype in COMPLEX:
            arrays = arrays + 1j * rng.uniform(-1, 1, size=shape)
        return [Sample(op, tuple(arrays.astype(dtype)), {}, dtype)]
    given = op.domain(lambda *shape: random(rng, shape, dtype))
    return [Sample(op, tuple(arrays), attrs, dtype) for arrays, attrs in given]


def takes(op: Op, dtype: np.dtype, sample: Sample) -> bool:
    """Whether an op accepts its domain in a dtype; a sample shows it in another."""
    if op.kind == "elementwise":
        return dtype.kind in op.kinds
    # A condition or an index has a dtype of its own; what it goes with is any.
    return dtype.kind in op.kinds or not is_inexact(sample.arrays[0])


def cases(
    dtypes: Sequence[np.dtype],
    *kinds: str,
    where: Callable[[Sample], bool] = lambda sample: True,
) -> dict[str, Any]:
    """Parameters of a fixture: ops of these kinds, entries of their domains, dtypes.

    The first entry of a domain runs in every dtype that the op takes. The others, which
    try attributes, run in double precision only: no rule asks for both at once. `where`
    chooses among the entries.
    """
    params, ids = [], []
    for op in PRIMITIVES.values():
        samples = drawn(op, ri.float64, np.random.default_rng(0))
        if kinds and op.kind not in kinds:
            continue
        for index, dtype in itertools.product(range(len(samples)), dtypes):
            is_tried = index == 0 or dtype in EXACT
            if is_tried and takes(op, dtype, samples[index]) and where(samples[index]):
                params.append((op, index, dtype))
                name = f"{op.name}-{index}" if len(samples) > 1 else op.name
                ids.append(f"{name}-{dtype}")
    return {"params": params, "ids": ids}


def chosen(case: tuple[Op, int, np.dtype], rng: np.random.Generator) -> Sample:
    """The random inputs that a case of `cases` stands for."""
    op, index, dtype = case
    return drawn(op, dtype, rng)[index]
