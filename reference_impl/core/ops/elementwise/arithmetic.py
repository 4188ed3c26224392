"""The four operations, division with remainder, size and sign."""

from __future__ import annotations

import numpy as np

from ...dtype import INEXACT, NUMBERS, REALS, check_kind
from ...kinds import elementwise
from ...op import public
from ...operands import Operand, as_tensors
from ...tensor import Tensor

__all__ = [
    "add",
    "divide",
    "floor_divide",
    "multiply",
    "negative",
    "positive",
    "remainder",
    "subtract",
]


@elementwise(
    partials=(1, 1),
    py="({0} + {1})",
    c="({0} + {1})",
    domain=(-2, 2),
)
def add(x, y, *, out=None):
    """Add two tensors element by element."""
    return np.add(x, y, out=out)


@elementwise(
    partials=(1, -1),
    py="({0} - {1})",
    c="({0} - {1})",
    domain=(-2, 2),
)
def subtract(x, y, *, out=None):
    """Take the second tensor from the first, element by element."""
    return np.subtract(x, y, out=out)


@elementwise(
    partials=lambda out, x, y: (y, x),
    py="({0} * {1})",
    c="({0} * {1})",
    domain=(-2, 2),
)
def multiply(x, y, *, out=None):
    """Multiply two tensors element by element."""
    return np.multiply(x, y, out=out)


@elementwise(
    partials=lambda out, x, y: (lambda: 1 / y, lambda: -out / y),
    py="({0} / {1})",
    c="({0} / {1})",
    domain=(0.5, 2),
    kinds=INEXACT,
)
def divide(x, y, *, out=None):
    """Divide the first tensor by the second, element by element."""
    return np.divide(x, y, out=out)


# C knows only the remainder that has the sign of the dividend.
_SIGNS_DIFFER = "(({0} < {zero}) != ({1} < {zero}) && fmod{f}({0}, {1}) != {zero})"


@elementwise(
    partials=None,
    py="({0} // {1})",
    c=(
        "({1} == {zero} ? {0} / {1} : "
        f"rint{{f}}(({{0}} - fmod{{f}}({{0}}, {{1}})) / {{1}}) - {_SIGNS_DIFFER})"
    ),
    domain=(1, 5),
    kinds=REALS,
)
def floor_divide(x, y, *, out=None):
    """Divide and round down, as Python's `//` does: -7 by 2 gives -4.

    Notes
    -----
    The quotient is that of exact numbers: 1 // 0.1 is 9, since the float 0.1 is a
    little more than a tenth. An integer divided by zero gives 0 and NumPy's
    `RuntimeWarning`; a float gives what `/` gives.
    """
    return np.floor_divide(x, y, out=out)


@elementwise(
    partials=lambda out, x, y: (1, lambda: -floor_divide(x, y)),
    py="({0} % {1})",
    c=(
        f"({_SIGNS_DIFFER} ? fmod{{f}}({{0}}, {{1}}) + {{1}} : "
        "copysign{f}(fmod{f}({0}, {1}), {1}))"
    ),
    domain=(1, 5),
    kinds=REALS,
)
def remainder(x, y, *, out=None):
    """Take what is left after rounding a quotient down: `x - (x // y) * y`.

    The result has the sign of the divisor, as that of Python's `%` has.

    Notes
    -----
    An integer divided by zero leaves 0, with NumPy's `RuntimeWarning`; a float leaves
    NaN. The derivative by `y` is minus the rounded quotient.
    """
    return np.remainder(x, y, out=out)


@elementwise(
    partials=(-1,),
    py="(-{0})",
    c="(-{0})",
    domain=(-2, 2),
)
def negative(x, *, out=None):
    """Change the sign of every element."""
    return np.negative(x, out=out)


@public
def positive(x: Operand) -> Tensor:
    """The numbers themselves, as Python's unary plus.

    Raises
    ------
    DtypeError
        If the elements are booleans.
    """
    (x,) = as_tensors("positive", (x,))
    check_kind(x.dtype, NUMBERS, who="positive")
    return x


@elementwise(
    partials=None,
    # The sum makes one zero of both and leaves what is not a number.
    py="({one} if {0} > {zero} else -{one} if {0} < {zero} else {0} + {zero})",
    c="({0} > {zero} ? {one} : {0} < {zero} ? -{one} : {0} + {zero})",
    domain=(-2, 2),
    kinds=REALS,
)
def _sign(x, *, out=None):
    """Say of every element whether it is positive, negative or zero: 1, -1 or 0."""
    return np.sign(x, out=out)


@elementwise(
    partials=lambda out, x: (_sign(x),),
    py="abs({0})",
    c="({0} > {zero} ? {0} : {zero} - {0})",
    domain=(-2, 2),
    kinds=REALS,
)
def _abs(x, *, out=None):
    """Take the size of every element; the derivative at zero is zero."""
    return np.abs(x, out=out)
