"""Whole derivatives: matrices of all partial derivatives, and products with them.

Each row of a Jacobian is one walk down, each column one walk up, so the smaller side
decides which mode is cheaper. A Hessian goes up over down: the gradient costs one walk
however many variables there are, and its Jacobian one more for each of them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import tree
from .autodiff import grad, jvp
from .chosen import Chosen, check_tuples
from .dtype import COMPLEX, FLOATING
from .elements import tensor
from .errors import GradientError
from .ops.creation import zeros_like
from .ops.joining import stack
from .shape import Shape
from .tensor import Tensor, known
from .walk import pullback, pushforward


def jacobian(
    function: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    mode: str = "reverse",
) -> Callable[..., Any]:
    """The function that computes all partial derivatives of a function.

    Parameters
    ----------
    function : callable
        Of trees of floating-point tensors, to such a tree.
    argnums : int or sequence of int
        The positional arguments to differentiate with respect to; negative numbers
        count from the end.
    mode : "reverse" or "forward"
        One walk for each element of the result, or one for each of the arguments.

    Returns
    -------
    callable
        Its result is a tree like that of `function`, each leaf replaced by a tree like
        the argument (a tuple of trees if `argnums` is a sequence).

    Shapes
    ------
    leaf  (*shape of the result's leaf, *shape of the argument's leaf)

    Raises
    ------
    GradientError
        If there is no such mode; when called: if a leaf of an argument or of the result
        is not floating-point (of complex numbers take `real` and `imag`: a derivative
        over the complex plane is two by two).
    """
    modes = {"reverse": _rows, "forward": _columns}
    if mode not in modes:
        raise GradientError(f'jacobian: mode "reverse" or "forward", {mode!r} came')

    @functools.wraps(function)
    def computed(*args: Any, **options: Any) -> Any:
        chosen = Chosen("jacobian", args, argnums)
        given = chosen.given()
        _check_floating("argument", given, chosen.variables)
        found, structure = tree.flatten(function(*given, **options))
        outs = [tensor(x) for x in found]
        _check_floating("result", tree.unflatten(structure, outs), outs)
        return tree.unflatten(structure, modes[mode](outs, chosen))

    return computed


def hessian(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., Any]:
    """The function that computes all second derivatives of a scalar function.

    Its result is the Jacobian of the gradient: a tree like the argument, whose leaves
    are trees like the argument, whose leaves have the shapes of both; see `jacobian`.
    """
    return jacobian(grad(function, argnums), argnums, mode="forward")


def hvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> Any:
    """The Hessian of a scalar function times a direction, without the Hessian.

    Parameters
    ----------
    primals, tangents : sequences of trees of equal structure, shapes and dtypes
        All arguments of `function`, and a direction in which they move.

    Returns
    -------
    tuple of trees
        Like `primals`.

    Raises
    ------
    TreeError, GradientError
        As `jvp` does.

    Notes
    -----
    One walk up over one walk down costs a few times the function itself.
    Source: Pearlmutter 1994.
    """
    check_tuples("hvp", primals=primals, tangents=tangents)
    gradient = grad(function, tuple(range(len(primals))))
    return jvp(gradient, primals, tangents)[1]


def _rows(outs: Sequence[Tensor], chosen: Chosen) -> list[Any]:
    """For each result its derivatives by all variables: a walk down for each row."""

    def rows(position: int) -> list[Tensor]:
        flown = [
            pullback(outs, seeds, chosen.variables) for seeds in _units(outs, position)
        ]
        shape = outs[position].shape
        return [_stacked(each, shape, axis=0) for each in zip(*flown, strict=True)]

    return [chosen.rebuilt(rows(i)) for i in range(len(outs))]


def _columns(outs: Sequence[Tensor], chosen: Chosen) -> list[Any]:
    """The same by a walk up for each column."""

    def columns(position: int) -> list[Tensor]:
        moved = [
            pushforward(outs, chosen.variables, seeds)
            for seeds in _units(chosen.leaves, position)
        ]
        shape = chosen.leaves[position].shape
        return [_stacked(each, shape, axis=-1) for each in zip(*moved, strict=True)]

    by_leaf = [columns(i) for i in range(len(chosen.leaves))]
    return [chosen.rebuilt([each[i] for each in by_leaf]) for i in range(len(outs))]


def _units(xs: Sequence[Tensor], position: int) -> list[list[Tensor]]:
    """Tensors like `xs`: zeros but for a single one, at each place of `xs[position]`.

    If there is no such place, zeros alone: they tell the shape of a row or column.
    """
    x = xs[position]
    zeros = [zeros_like(each) for each in xs]
    ones = np.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)
    units = [known(each, x.device) for each in ones] or [zeros[position]]
    return [[*zeros[:position], unit, *zeros[position + 1 :]] for unit in units]


def _stacked(parts: Sequence[Tensor], shape: Shape, *, axis: int) -> Tensor:
    """Rows or columns put together, the axis that counts them unfolded to `shape`."""
    whole = stack(parts, axis=axis)
    rest = parts[0].shape
    sizes = (*shape, *rest) if axis == 0 else (*rest, *shape)
    return whole.reshape(sizes) if 0 not in shape else whole[:0].reshape(sizes)


def _check_floating(what: str, whole: Any, xs: Sequence[Tensor]) -> None:
    """Those leaves of a tree that a Jacobian is about must be real and have a slope."""
    about = {x.serial for x in xs}
    for name, x in zip(tree.names(whole), tree.flatten(whole)[0], strict=True):
        if isinstance(x, Tensor) and x.serial in about and x.dtype not in FLOATING:
            advice = "; take `real` and `imag`" if x.dtype in COMPLEX else ""
            raise GradientError(
                f"jacobian: real floating-point numbers are needed, {what} {name} is "
                f"{x.dtype}{advice}"
            )
