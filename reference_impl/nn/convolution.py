"""Convolutions of sequences and images, and their transposes, with parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from ..core import random
from ..core.dtype import as_dtype, float32
from ..core.errors import ShapeError
from ..core.ops import conv, conv_transpose, reshape
from ..core.ops.windows import Padding, PerAxis, per_axis
from ..core.random import Key
from ..core.tensor import Tensor
from .initialisers import Fans, Initialiser, fan_in_uniform
from .layer import Layer
from .parameters import check_initialisers, check_made
from .parts import static


@dataclass(frozen=True)
class _Filters(Layer):
    """What a convolution and its transpose share: parameters, and how they begin."""

    weight: Tensor
    bias: Tensor | None = None
    stride: PerAxis = static(default=1)
    padding: Padding = static(default=0)
    dilation: PerAxis = static(default=1)
    groups: int = static(default=1)

    axes: ClassVar[int | None] = None  # as many as the sizes of a filter
    is_transpose: ClassVar[bool] = False

    @classmethod
    def init(
        cls,
        key: Key,
        inputs: int,
        outputs: int,
        size: PerAxis,
        *,
        groups: int = 1,
        weight: Initialiser = fan_in_uniform(),
        bias: Initialiser | None = fan_in_uniform(),
        dtype: Any = float32,
        **settings: Any,
    ) -> Self:
        """A layer with random filters; without a bias if `bias` is None.

        Parameters
        ----------
        inputs, outputs : int
            Channels.
        size : int, or one for each axis
            Of a filter, in elements; an int only where the class says how many axes.
        settings
            Other fields of the layer, such as `stride`.

        Raises
        ------
        ShapeError
            If a size is less than 1, or the groups do not divide the channels; if it is
            not known how many axes there are.
        """
        who, wanted = cls.__name__, as_dtype(dtype)
        check_initialisers(who, weight=weight, bias=bias)
        axes = len(size) if isinstance(size, Sequence) else cls.axes
        if axes is None:
            raise ShapeError(
                f"{who}: size: one integer for each axis is needed, {size} came; "
                f"{who}1d and {who}2d take a single one"
            )
        sizes = per_axis(who, "size", size, cls.axes or axes)
        (groups,) = per_axis(who, "groups", groups, 1)
        if inputs % groups or outputs % groups:
            raise ShapeError(
                f"{who}: groups must divide the channels, {inputs} and {outputs}; "
                f"{groups} came"
            )
        ends = (inputs, outputs) if cls.is_transpose else (outputs, inputs)
        shape, K = (ends[0], ends[1] // groups, *sizes), math.prod(sizes)
        fans = Fans(shape[1] * K, shape[0] // groups * K)
        first, second = random.split(key)
        return cls(
            weight(first, shape, fans, wanted),
            None if bias is None else bias(second, (outputs,), fans, wanted),
            groups=groups,
            **settings,
        )

    def _plus_bias(self, out: Tensor) -> Tensor:
        """Add to every channel its own number."""
        if self.bias is None:
            return out
        return out + reshape(self.bias, (-1, *(1,) * (out.ndim - 2)))


@dataclass(frozen=True)
class Conv(_Filters):
    """Slide filters over images with any number of axes, and add a bias.

    `Conv1d` and `Conv2d` are this record; they know how many axes to begin with.

    Shapes
    ------
    weight  (F, C / groups, K1, ..., Kn)
    bias    (F,), or None
    x       (N, C, S1, ..., Sn)
    result  (N, F, O1, ..., On), where O is that of `conv`

    Parameters
    ----------
    stride, padding, dilation, groups
        Those of `conv`, which has the errors, too.

    Notes
    -----
    By default nothing is padded, as in PyTorch and Keras; flax pads "same". Keras and
    flax keep channels last, and filters as (K1, ..., Kn, C / groups, F).

    Parameters begin equally likely between -1/sqrt(n) and 1/sqrt(n), where a result has
    n = K1 ... Kn C / groups inputs, as in PyTorch. In Keras and flax, biases begin as
    zeros. An initialiser may ask how many results an input moves: K1 ... Kn F / groups,
    for which PyTorch and Keras take K1 ... Kn F.
    """

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the map."""
        check_made(type(self).__name__, weight=self.weight)
        out = conv(
            x,
            self.weight,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
        )
        return self._plus_bias(out)


@dataclass(frozen=True)
class Conv1d(Conv):
    """A convolution of sequences: x is (N, C, T); see `Conv`."""

    axes: ClassVar[int] = 1


@dataclass(frozen=True)
class Conv2d(Conv):
    """A convolution of images: x is (N, C, H, W); see `Conv`."""

    axes: ClassVar[int] = 2


@dataclass(frozen=True)
class ConvTranspose(_Filters):
    """Spread elements of images out by filters, add what overlaps, and add a bias.

    `ConvTranspose1d` and `ConvTranspose2d` are this record.

    Shapes
    ------
    weight  (C, F / groups, K1, ..., Kn)
    bias    (F,), or None
    x       (N, C, S1, ..., Sn)
    result  (N, F, O1, ..., On), where O is that of `conv_transpose`

    Parameters
    ----------
    stride, padding, dilation, groups, output_padding
        Those of `conv_transpose`, which has the errors, too.

    Notes
    -----
    The transpose of the `Conv` with this weight, and begun like that one: the inputs
    that are counted are K1 ... Kn F / groups, as in PyTorch, and not those of a result.
    PyTorch takes more `output_padding`, too, where the dilation exceeds the stride;
    what lies there is no transpose of anything.
    """

    output_padding: PerAxis = static(default=0)

    is_transpose: ClassVar[bool] = True

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the map."""
        check_made(type(self).__name__, weight=self.weight)
        out = conv_transpose(
            x,
            self.weight,
            stride=self.stride,
            padding=self.padding,
            output_padding=self.output_padding,
            dilation=self.dilation,
            groups=self.groups,
        )
        return self._plus_bias(out)


@dataclass(frozen=True)
class ConvTranspose1d(ConvTranspose):
    """The transpose of a convolution of sequences; see `ConvTranspose`."""

    axes: ClassVar[int] = 1


@dataclass(frozen=True)
class ConvTranspose2d(ConvTranspose):
    """The transpose of a convolution of images; see `ConvTranspose`."""

    axes: ClassVar[int] = 2
