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
from .autodiff import grad, jvp, vjp_at
from .chosen import Chosen
from .dtype import COMPLEX
from .elements import tensor
from .errors import GradientError
from .shape import Shape
from .tensor import FUNCTIONS, Tensor, known
from .walk import pushforward


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
        If there is no such mode; when called: if a leaf has no derivative or is complex
        (take `real` and `imag`: a derivative over the complex plane is two by two).
    """
    modes = {"reverse": _rows, "forward": _columns}
    if mode not in modes:
        raise GradientError(f'jacobian: mode "reverse" or "forward", {mode!r} came')

    @functools.wraps(function)
    def computed(*args: Any, **options: Any) -> Any:
        return modes[mode](lambda *given: function(*given, **options), args, argnums)

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

    Notes
    -----
    One walk up over one walk down costs a few times the function itself.
    Source: Pearlmutter 1994.
    """
    gradient = grad(function, tuple(range(len(primals))))
    return jvp(gradient, primals, tangents)[1]


def _rows(function: Callable[..., Any], args: Any, argnums: Any) -> Any:
    result, pull = vjp_at(function, args, argnums, who="jacobian")
    outs, structure = tree.flatten(result)
    _check_real(outs)

    def rows(position: int) -> Any:
        out = outs[position]
        flown = [
            pull(tree.unflatten(structure, seeds)) for seeds in _units(outs, position)
        ]
        return tree.map(lambda *each: _stacked(each, out.shape, axis=0), *flown)

    return tree.unflatten(structure, [rows(i) for i in range(len(outs))])


def _columns(function: Callable[..., Any], args: Any, argnums: Any) -> Any:
    chosen = Chosen("jacobian", args, argnums)
    _check_real(chosen.leaves)
    found, structure = tree.flatten(function(*chosen.given()))
    outs = [tensor(x) for x in found]

    def columns(position: int) -> list[Tensor]:
        moved = [
            pushforward(outs, chosen.variables, seeds)
            for seeds in _units(chosen.leaves, position)
        ]
        shape = chosen.leaves[position].shape
        return [_stacked(each, shape, axis=-1) for each in zip(*moved, strict=True)]

    by_leaf = [columns(i) for i in range(len(chosen.leaves))]
    of_outs = [
        chosen.rebuilt([of_leaf[i] for of_leaf in by_leaf]) for i in range(len(outs))
    ]
    return tree.unflatten(structure, of_outs)


def _units(xs: Sequence[Tensor], position: int) -> list[list[Tensor]]:
    """Tensors like `xs`: zeros but for a single one, at each place of `xs[position]`.

    If there is no such place, zeros alone: they tell the shape of a row or column.
    """
    x = xs[position]
    zeros = [FUNCTIONS["zeros_like"](each) for each in xs]
    ones = np.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)
    units = [known(each, x.device) for each in ones] or [zeros[position]]
    return [[*zeros[:position], unit, *zeros[position + 1 :]] for unit in units]


def _stacked(parts: Sequence[Tensor], shape: Shape, *, axis: int) -> Tensor:
    """Rows or columns put together, the axis that counts them unfolded to `shape`."""
    whole = FUNCTIONS["stack"](parts, axis=axis)
    rest = parts[0].shape
    sizes = (*shape, *rest) if axis == 0 else (*rest, *shape)
    return whole.reshape(sizes) if 0 not in shape else whole[:0].reshape(sizes)


def _check_real(xs: Sequence[Tensor]) -> None:
    for x in xs:
        if x.dtype in COMPLEX:
            raise GradientError(
                f"jacobian: real numbers are needed, {x.dtype} came; take `real` and "
                f"`imag`"
            )
