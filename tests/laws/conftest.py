"""What the laws share: every op, every floating dtype, inputs from the op's domain.

A test that asks for `sample` runs for every op of the registry, so a new op is held to
every law without a line here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.op import PRIMITIVES, Op
from reference_impl.core.tensor import Tensor

ELEMENTWISE_SHAPE = (3, 4)


@dataclass(frozen=True)
class Sample:
    """One application of an op: arrays from its domain, and its attributes."""

    op: Op
    arrays: tuple[np.ndarray, ...]
    attrs: dict[str, Any]

    @property
    def tensors(self) -> list[Tensor]:
        return [ri.tensor(array) for array in self.arrays]

    @property
    def floating(self) -> list[int]:
        """The positions of the inputs that a derivative can be about."""
        return [i for i, x in enumerate(self.arrays) if x.dtype.kind == "f"]

    def compute(self) -> np.ndarray:
        return np.asarray(self.op.compute(*self.arrays, **self.attrs))

    def apply(self, inputs: Sequence[Tensor]) -> Tensor:
        return self.op(*inputs, **self.attrs)

    def apply_floating(
        self, given: Sequence[Tensor], inputs: Sequence[Tensor] = ()
    ) -> Tensor:
        """Apply the op to the given tensors in place of the floating inputs."""
        inputs = list(inputs or self.tensors)
        for i, x in zip(self.floating, given, strict=True):
            inputs[i] = x
        return self.apply(inputs)

    def vjp(self, g: Tensor) -> tuple[Tensor | None, ...]:
        inputs = self.tensors
        return self.op.vjp(g, self.apply(inputs), *inputs, **self.attrs)

    def jvp(self, tangents: Sequence[Tensor | None]) -> Tensor | None:
        inputs = self.tensors
        return self.op.jvp(tangents, self.apply(inputs), *inputs, **self.attrs)

    def moved(self, position: int, array: np.ndarray) -> Sample:
        """The same application with one input exchanged."""
        arrays = (*self.arrays[:position], array, *self.arrays[position + 1 :])
        return replace(self, arrays=arrays)

    def cotangent(self, rng: np.random.Generator) -> Tensor:
        """A random tensor like the result; for a boolean result, of numbers."""
        out = self.compute()
        dtype = out.dtype if out.dtype.kind == "f" else ri.float64
        return ri.tensor(np.asarray(rng.normal(size=out.shape), dtype))

    def tangents(self, rng: np.random.Generator) -> list[Tensor | None]:
        """A random tensor like each floating input, `None` for the others."""
        return [
            ri.tensor(np.asarray(rng.normal(size=x.shape), x.dtype))
            if x.dtype.kind == "f"
            else None
            for x in self.arrays
        ]


def drawn(op: Op, dtype: np.dtype, rng: np.random.Generator) -> list[Sample]:
    """Random inputs from an op's domain, floating ones in the given dtype."""
    if op.kind == "elementwise":
        count = len(op.__signature__.parameters)
        arrays = rng.uniform(*op.domain, size=(count, *ELEMENTWISE_SHAPE))
        return [Sample(op, tuple(arrays.astype(dtype)), {})]
    given = op.domain(lambda *shape: np.asarray(rng.normal(size=shape)).astype(dtype))
    return [Sample(op, tuple(arrays), attrs) for arrays, attrs in given]


def cases(*kinds: str) -> dict[str, Any]:
    """Parameters of a fixture: every op of these kinds, every entry of its domain."""
    params, ids = [], []
    for op in PRIMITIVES.values():
        count = len(drawn(op, ri.float64, np.random.default_rng(0)))
        if op.kind in kinds or not kinds:
            params += [(op, index) for index in range(count)]
            ids += [
                f"{op.name}-{index}" if count > 1 else op.name for index in range(count)
            ]
    return {"params": params, "ids": ids}


def chosen(case: tuple[Op, int], dtype: np.dtype, rng: np.random.Generator) -> Sample:
    """The random inputs that a case of `cases` stands for."""
    op, index = case
    return drawn(op, dtype, rng)[index]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20240607)


@pytest.fixture(params=[ri.float32, ri.float64], ids=str)
def dtype(request) -> np.dtype:
    return request.param


@pytest.fixture(**cases())
def sample(request, dtype, rng) -> Sample:
    return chosen(request.param, dtype, rng)


@pytest.fixture(**cases("linear"))
def linear_samples(request, dtype, rng) -> tuple[Sample, Sample]:
    """Two with the same shapes and attributes."""
    return chosen(request.param, dtype, rng), chosen(request.param, dtype, rng)


@pytest.fixture(**cases("bilinear"))
def bilinear_samples(request, dtype, rng) -> tuple[Sample, Sample]:
    """Two with the same shapes."""
    return chosen(request.param, dtype, rng), chosen(request.param, dtype, rng)
