"""Parts of complex numbers, their size and their direction.

None of these is holomorphic, but each is linear over the real numbers, which is what a
derivative needs: the inner product of two complex tensors is the real part of the sum
of conj(x) y, and the transposes are those of that product. So the gradient of a real
function of z = x + iy is df/dx + i df/dy: minus the gradient is the direction of
steepest descent, as in PyTorch and TensorFlow. JAX returns the conjugate.
"""

from __future__ import annotations

import numpy as np

from ..dtype import COMPLEX, COMPLEXES, INEXACT, check_kind, real_type
from ..kinds import general, linear
from ..op import public
from ..operands import Operand, as_tensors
from ..tensor import Tensor
from .creation import zeros_like
from .elementwise import astype, atan2
from .elementwise.arithmetic import _abs, _sign
from .elementwise.selection import quotient_or_zero
from .permuting import transposed

__all__ = ["abs", "angle", "conj", "imag", "real", "sign"]


@linear(
    transpose=lambda g, x: conj(g),
    shape=lambda x: x.shape,
    kinds=COMPLEXES,
    domain=lambda draw: [((draw(3, 4),), {})],
)
def _conj(x):
    """Change the sign of every imaginary part."""
    return np.conjugate(x)


@public
def conj(x: Operand) -> Tensor:
    """Change the sign of every imaginary part; real numbers stay."""
    (x,) = as_tensors("conj", (x,))
    return _conj(x) if x.dtype in COMPLEX else x


def adjoint(x: Tensor) -> Tensor:
    """The conjugate transpose of every matrix."""
    x = transposed(x)
    return _conj(x) if x.dtype in COMPLEX else x


@linear(
    transpose=lambda g, x: astype(g, x.dtype),
    shape=lambda x: x.shape,
    dtype=lambda x: real_type(x.dtype),
    kinds=COMPLEXES,
    domain=lambda draw: [((draw(3, 4),), {})],
)
def _real(x):
    """Take the real part of every element."""
    return x.real


@public
def real(x: Operand) -> Tensor:
    """Take the real part of every element; real numbers stay."""
    (x,) = as_tensors("real", (x,))
    return _real(x) if x.dtype in COMPLEX else x


@linear(
    transpose=lambda g, x: astype(g, x.dtype) * 1j,
    shape=lambda x: x.shape,
    dtype=lambda x: real_type(x.dtype),
    kinds=COMPLEXES,
    domain=lambda draw: [((draw(3, 4),), {})],
)
def _imag(x):
    """Take the imaginary part of every element."""
    return x.imag


@public
def imag(x: Operand) -> Tensor:
    """Take the imaginary part of every element; that of real numbers is zero."""
    (x,) = as_tensors("imag", (x,))
    return _imag(x) if x.dtype in COMPLEX else zeros_like(x)


@general(
    vjp=lambda g, out, x: (g * sign(x),),
    jvp=lambda tangents, out, x: real(conj(sign(x)) * tangents[0]),
    shape=lambda x: x.shape,
    dtype=lambda x: real_type(x.dtype),
    kinds=COMPLEXES,
    domain=lambda draw: [((draw(3, 4),), {})],
)
def _modulus(x):
    """Take the distance of every complex number from zero."""
    return np.abs(x)


@public
def abs(x: Operand) -> Tensor:
    """Take the size of every element; of a complex number, its distance from zero.

    Raises
    ------
    DtypeError
        If the elements are booleans.

    Notes
    -----
    The derivative at zero is zero.
    """
    (x,) = as_tensors("abs", (x,))
    return _modulus(x) if x.dtype in COMPLEX else _abs(x)


@public
def sign(x: Operand) -> Tensor:
    """Divide every element by its size, which leaves the direction; 0 stays 0.

    Raises
    ------
    DtypeError
        If the elements are booleans.
    """
    (x,) = as_tensors("sign", (x,))
    return quotient_or_zero(x, _modulus(x)) if x.dtype in COMPLEX else _sign(x)


@public
def angle(x: Operand) -> Tensor:
    """Find the direction of every element, as an angle in [-pi, pi].

    Raises
    ------
    DtypeError
        If the elements are neither floating-point nor complex.

    Notes
    -----
    At zero, where there is no derivative, zero flows.
    """
    (x,) = as_tensors("angle", (x,))
    check_kind(x.dtype, INEXACT, who="angle")
    return atan2(imag(x), real(x))
