"""What a distribution is, and how its parameters and its values are checked.

Parameters and values that are known, which are all outside of a capture, are checked.
They are checked when a distribution is asked, not when it is made: a gradient by a
distribution is a record of the same class, and may hold any numbers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from ...core.custom import custom_jvp
from ...core.dtype import FLOATS, check_kind
from ...core.errors import GradientError, RangeError, ShapeError
from ...core.operands import Operand, promoted
from ...core.ops import broadcast_to, log, where
from ...core.parameters import known_elements
from ...core.random import Key
from ...core.shape import Shape, broadcast_shapes, checked_sizes
from ...core.tensor import Tensor


@dataclass(frozen=True)
class Distribution:
    """Independent random numbers, one for each element of the parameters.

    Shapes
    ------
    parameters                broadcast to the batch shape
    mean, variance, entropy   batch shape
    sample                    shape asked for, then batch shape
    log_probability           that of `x`, broadcast with the batch shape

    Raises
    ------
    DtypeError, ShapeError
        If parameters are no floating-point numbers, or do not broadcast.
    RangeError
        If a parameter, or a value whose probability is asked for, is known and lies
        outside of its range. One that is not known has the probability 0, or one that
        is not a number.

    Notes
    -----
    Numbers are in the dtype of the parameters.
    """

    _positive: ClassVar[tuple[str, ...]] = ()  # the parameters that must be

    @property
    def _name(self) -> str:
        """What errors begin with."""
        return type(self).__name__

    @property
    def mean(self) -> Tensor:
        """What samples are on average."""
        raise NotImplementedError(f"{self._name}: no mean is defined")

    @property
    def variance(self) -> Tensor:
        """The average of squared distances from the mean."""
        raise NotImplementedError(f"{self._name}: no variance is defined")

    def sample(self, key: Key, shape: Shape | int = ()) -> Tensor:
        """Numbers that follow the distribution."""
        raise NotImplementedError(f"{self._name}: no sample is defined")

    def log_probability(self, x: Operand) -> Tensor:
        """The logarithm of the probability of `x`, or of its density there."""
        raise NotImplementedError(f"{self._name}: no log_probability is defined")

    def entropy(self) -> Tensor:
        """Minus the average of `log_probability`, in units of log(e)."""
        raise NotImplementedError(f"{self._name}: no entropy is defined")

    def parameters(self) -> list[Tensor]:
        """The parameters as checked tensors of one dtype and one shape."""
        names = [field.name for field in dataclasses.fields(self)]
        given = [getattr(self, name) for name in names]
        # Two integers would be a tensor of integers.
        given = [float(x) if type(x) is int else x for x in given]
        tensors = promoted(self._name, tuple(given))
        check_kind(tensors[0].dtype, FLOATS, who=self._name)
        for name, x in zip(names, tensors, strict=True):
            if name in self._positive:
                self._check(x > 0, x, f"{name} must be positive")
        batch = self._common_shape(*[x.shape for x in tensors])
        return [x if x.shape == batch else broadcast_to(x, batch) for x in tensors]

    def _check(self, is_right: Tensor, x: Tensor, needed: str) -> None:
        """Raise a `RangeError` if one of the elements is known not to be right."""
        if is_right.data is None:
            return
        right = known_elements(self._name, is_right, True)
        if not right.all():
            elements = known_elements(self._name, broadcast_to(x, right.shape), 0.0)
            raise RangeError(f"{self._name}: {needed}, {elements[~right][0]} came")

    def _common_shape(self, *shapes: Shape) -> Shape:
        """What shapes broadcast to, or a `ShapeError`."""
        try:
            return broadcast_shapes(*shapes)
        except ShapeError as error:
            raise ShapeError(f"{self._name}: {error}") from None

    def _sizes(self, shape: Shape | int, batch: Shape) -> Shape:
        """The shape of a sample."""
        return (*checked_sizes(shape, who=self._name), *batch)


def times_log(factor: Tensor, x: Tensor) -> Tensor:
    """The factor times log(x), and zero where both are zero."""
    return factor * log(where((factor == 0) & (x == 0), 1, x))


def without_derivative(names: str, x: Tensor, *parameters: Tensor) -> Tensor:
    """A sample whose derivative by the parameters raises a `GradientError`."""

    def rule(tangents: Any, out: Tensor, *args: Tensor) -> Any:
        raise GradientError(
            f"{names}: a sample has no derivative by it; take `stop_gradient` of the "
            f"sample, and differentiate its `log_probability` instead"
        )

    same: Callable[..., Tensor] = custom_jvp(lambda x, *parameters: x, rule)
    return same(x, *parameters)
