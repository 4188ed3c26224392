"""One axis of a convolution: which pixels are under which taps of the filter.

Output o has tap t over pixel o * stride - pad + t * dilation. At the borders some taps
lie outside and are left out: nothing is ever padded. Most outputs have all taps, from
`inner_begin` to before `inner_end`; they are one run, those beside them are runs of one
output each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from .llvm import Function, Value


@dataclass(frozen=True, slots=True)
class FilterAxis:
    """How a filter slides along an axis.

    Attributes
    ----------
    pixels, taps, outputs : int
        The sizes of image, filter and result.
    stride, pad, dilation : int
        In pixels. A negative pad leaves pixels out.
    """

    pixels: int
    taps: int
    outputs: int
    stride: int = 1
    pad: int = 0
    dilation: int = 1

    @property
    def inner(self) -> tuple[int, int]:
        """The outputs all of whose taps lie inside."""
        last = self.pixels - 1 - (self.taps - 1) * self.dilation + self.pad
        begin = min(max(-(-self.pad // self.stride), 0), self.outputs)
        return begin, max(begin, min(last // self.stride + 1, self.outputs))

    @property
    def integers(self) -> tuple[int, ...]:
        """What kernels get as arguments."""
        sizes = self.pixels, self.taps, self.outputs
        return (*sizes, self.stride, self.pad, self.dilation, *self.inner)


def filter_axis(
    pixels: int, taps: int, stride: int, pads: tuple[int, int], dilation: int
) -> FilterAxis:
    """The axis of a convolution that pads so many pixels before and after."""
    free = pixels + sum(pads) - (taps - 1) * dilation - 1
    return FilterAxis(pixels, taps, free // stride + 1, stride, pads[0], dilation)


@dataclass(frozen=True, slots=True)
class Phase:
    """The pixels from `first` on, `step` apart, seen from the outputs.

    Attributes
    ----------
    axis : FilterAxis
        On which the filter's turned taps, from `first_tap` on and `tap_step` apart,
        slide over the outputs: the results are gradients by these pixels.
    """

    axis: FilterAxis
    first: int
    step: int
    first_tap: int
    tap_step: int


def phases(forward: FilterAxis) -> Iterator[Phase]:
    """What the gradient by an image consists of: pixels with the same taps over them.

    Pixel i is under tap t for output (i + pad - t * dilation) / stride, if that is an
    integer: with a stride of s, only every s-th tap is over a pixel.
    """
    s, taps, span = forward.stride, forward.taps, forward.dilation
    for first in range(min(s, forward.pixels)):
        output, tap = divmod(first + forward.pad, s)
        count = max(-(-(taps - tap) // s), 0)
        sliding = FilterAxis(
            pixels=forward.outputs,
            taps=count,
            outputs=-(-(forward.pixels - first) // s),
            pad=(count - 1) * span - output,
            dilation=span,
        )
        yield Phase(sliding, first, s, taps - 1 - tap - (count - 1) * s, s)


@dataclass(frozen=True, slots=True)
class AxisValues:
    """The numbers of a `FilterAxis`, as values in a function that is being written."""

    pixels: Value
    taps: Value
    outputs: Value
    stride: Value
    pad: Value
    dilation: Value
    inner_begin: Value
    inner_end: Value

    @property
    def runs(self) -> Value:
        """How many runs of outputs there are; the one in the middle may be empty."""
        return self.inner_begin + 1 + (self.outputs - self.inner_end)

    def run(self, f: Function, i: Value) -> tuple[Value, Value]:
        """Where a run begins and ends."""
        behind = self.inner_end + (i - self.inner_begin - 1)
        begin = f.chosen(self.inner_begin >= i, i, behind)
        return begin, f.chosen(i.equals(self.inner_begin), self.inner_end, begin + 1)

    def pixel(self, output: Value, tap: Value | int = 0) -> Value:
        """The pixel under a tap; it may lie outside."""
        return output * self.stride - self.pad + tap * self.dilation

    def tap_range(self, f: Function, output: Value) -> tuple[Value, Value]:
        """The taps that lie inside."""
        first, d = self.pixel(output), self.dilation
        begin = f.most(_ceiling(Value(f, "i64", "0") - first, d), 0)
        return begin, f.least(_ceiling(self.pixels - first, d), self.taps)

    def output_range(self, f: Function, tap: Value) -> tuple[Value, Value]:
        """The outputs for which a tap lies inside."""
        behind = self.pad - tap * self.dilation
        begin = f.most(_ceiling(behind, self.stride), 0)
        return begin, f.least(_ceiling(behind + self.pixels, self.stride), self.outputs)


INTEGERS = len(fields(AxisValues))


def arguments(
    f: Function, addresses: int, names: Sequence[str]
) -> tuple[list[Value], dict[str, Value], tuple[AxisValues, AxisValues]]:
    """A kernel's arguments: addresses, integers by name, and the image's two axes."""
    count = len(names)
    found, integers = f.arguments(addresses, count + 2 * INTEGERS)
    height, width = integers[count : count + INTEGERS], integers[count + INTEGERS :]
    named = dict(zip(names, integers[:count], strict=True))
    return found, named, (AxisValues(*height), AxisValues(*width))


def _ceiling(x: Value, y: Value) -> Value:
    # Division rounds towards zero; where that differs, the result is below zero, and
    # counts as zero.
    return (x + y - 1) // y
