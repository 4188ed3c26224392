"""Derivatives of functions of trees: the public face of the two walks in `walk.py`.

Each function here makes variables of its arguments' leaves, calls the function, and
walks: down from the results for `grad` and `vjp`, up from the variables for `jvp`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import tree
from .chosen import Chosen, check_tuples
from .dtype import DIFFERENTIABLE, FLOATING
from .elements import tensor
from .errors import GradientError
from .tensor import UNTRACKED, Tensor, known
from .walk import pullback, pushforward, settled


def grad(
    function: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    has_aux: bool = False,
) -> Callable[..., Any]:
    """The function that computes the gradient of a scalar function.

    Parameters
    ----------
    function : callable
        Of trees of floating-point or complex tensors, to one real number.
    argnums : int or sequence of int
        The positional arguments to differentiate with respect to; negative numbers
        count from the end.
    has_aux : bool
        Whether `function` returns a pair: the number, and a tree that comes along.

    Returns
    -------
    callable
        Takes what `function` takes; returns a tree like the argument, or a tuple of
        such trees if `argnums` is a sequence; with `has_aux`, a pair of that and the
        second result of `function`.

    Raises
    ------
    GradientError
        When called: if the result is no floating-point scalar, or an argument has a
        leaf that is neither floating-point nor complex.

    Notes
    -----
    The gradient by a complex z = x + iy is df/dx + i df/dy, so that a small step
    against it descends; see `core/ops/complex_numbers.py`.
    """
    gradient = value_and_grad(function, argnums, has_aux=has_aux)

    @functools.wraps(function)
    def computed(*args: Any, **options: Any) -> Any:
        value, gradients = gradient(*args, **options)
        return (gradients, value[1]) if has_aux else gradients

    return computed


def value_and_grad(
    function: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    has_aux: bool = False,
) -> Callable[..., tuple[Any, Any]]:
    """The function that computes a scalar function and its gradient; see `grad`.

    With `has_aux` the first of the two is the pair that `function` returns.
    """
    if not callable(function):
        raise TypeError(
            f"grad: a function is needed, {type(function).__name__} came; `backward` "
            f"takes a number that was computed from variables"
        )

    @functools.wraps(function)
    def computed(*args: Any, **options: Any) -> tuple[Any, Any]:
        chosen = Chosen("grad", args, argnums)
        result = function(*chosen.given(), **options)
        out, aux = _parted("grad", result) if has_aux else (result, None)
        _check_scalar(out)
        flown = pullback([out], [_one(out)], chosen.variables)
        value: Any = settled([out], chosen.variables)[0]
        if has_aux:
            value = value, _settled_tree(aux, chosen.variables)
        return value, chosen.rebuilt(flown)

    return computed


def vjp(
    function: Callable[..., Any], *primals: Any, has_aux: bool = False
) -> tuple[Any, ...]:
    """The value of a function, and the function that pulls cotangents back through it.

    Parameters
    ----------
    primals : trees
        The arguments of `function`.
    has_aux : bool
        Whether `function` returns a pair: what is differentiated, and a tree that
        comes along as the third result.

    Returns
    -------
    out, pull
        `pull` takes a tree like `out` and returns a tuple of trees like the primals.
        It may be called more than once.

    Raises
    ------
    GradientError, TreeError
        If a leaf of a primal has no derivative, or a cotangent does not fit.
    """
    argnums = tuple(range(len(primals)))
    result, pull = vjp_at(function, primals, argnums, who="vjp", has_aux=has_aux)
    return (result[0], pull, result[1]) if has_aux else (result, pull)


def vjp_at(
    function: Callable[..., Any],
    args: Sequence[Any],
    argnums: int | Sequence[int],
    *,
    who: str,
    has_aux: bool = False,
) -> tuple[Any, Callable[[Any], Any]]:
    """What a function returns, and the pullback to the arguments that `argnums` names.

    The pullback returns a tree like the argument, or a tuple of such trees if `argnums`
    is a sequence.
    """
    chosen = Chosen(who, args, argnums)
    result = function(*chosen.given())
    out, aux = _parted(who, result) if has_aux else (result, None)
    found, out_structure = tree.flatten(out)
    outs = [tensor(x) for x in found]

    def pull(cotangents: Any) -> Any:
        seeds = _seeds(who, cotangents, outs, out_structure)
        return chosen.rebuilt(pullback(outs, seeds, chosen.variables))

    value = tree.unflatten(out_structure, settled(outs, chosen.variables))
    if has_aux:
        return (value, _settled_tree(aux, chosen.variables)), pull
    return value, pull


def jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]:
    """The value of a function and its derivative along a direction, in one walk up.

    Parameters
    ----------
    primals, tangents : sequences of trees of equal structure, shapes and dtypes
        The arguments of `function`, and the direction in which they move.

    Returns
    -------
    tuple of two trees
        What `function` returns, and its tangent.

    Raises
    ------
    TreeError
        If one of the two is no tuple, or their structures differ.
    GradientError
        If a leaf has no derivative, or a tangent does not fit its primal.
    """
    check_tuples("jvp", primals=primals, tangents=tangents)
    chosen = Chosen("jvp", primals, tuple(range(len(primals))))
    directions = _seeds(
        "jvp", tuple(tangents), chosen.leaves, tree.flatten(tuple(primals))[1]
    )
    found, structure = tree.flatten(function(*chosen.given()))
    outs = [tensor(x) for x in found]
    moved = pushforward(outs, chosen.variables, directions)
    values = settled(outs, chosen.variables)
    return tree.unflatten(structure, values), tree.unflatten(structure, moved)


def backward(loss: Tensor, variables: Any, *, keep_graph: bool = False) -> Any:
    """The gradient of a number by variables it was computed from: dynamic style.

        w = ri.variable(w)
        loss = ri.mean((x @ w - y) ** 2)
        gradient = ri.backward(loss, w)

    Parameters
    ----------
    loss : Tensor
        One floating-point number.
    variables : tree
        Of what `ri.variable` returned before `loss` was computed, or of what was
        computed from that: a gradient is about all ways from a tensor to the loss.
    keep_graph : bool
        Whether the gradients shall be differentiated again.

    Returns
    -------
    tree
        Like `variables`; zeros where the loss does not depend on one.

    Raises
    ------
    GradientError
        If the loss is no floating-point scalar or was computed from no variable, or a
        leaf is no variable.
    """
    leaves, structure = tree.flatten(variables)
    for name, x in zip(tree.names(variables), leaves, strict=True):
        if not isinstance(x, Tensor) or x.root == UNTRACKED:
            raise GradientError(
                f"backward: {name} is no variable; make it one with `ri.variable` "
                f"before the loss is computed"
            )
        if x.dtype not in DIFFERENTIABLE:
            raise GradientError(
                f"backward: floating-point numbers are needed, {name} is {x.dtype}"
            )
    _check_scalar(loss, who="backward")
    if loss.root == UNTRACKED:
        raise GradientError(
            "backward: the loss was computed from no variable; make variables first"
        )
    # To differentiate again by any variable, however young, everything is kept.
    start = UNTRACKED if keep_graph else None
    gradients = pullback([loss], [_one(loss)], leaves, start=start)
    return tree.unflatten(structure, gradients)


def _parted(who: str, result: Any) -> tuple[Any, Any]:
    """What is differentiated, and what comes along."""
    if not (isinstance(result, tuple) and len(result) == 2):
        raise GradientError(
            f"{who}: with has_aux=True the function must return a pair, the result and "
            f"what comes along; {type(result).__name__} came"
        )
    return result


def _settled_tree(result: Any, variables: Sequence[Tensor]) -> Any:
    """A tree that came along: tensors without a history, other leaves as they are."""
    leaves, structure = tree.flatten(result)
    return tree.unflatten(
        structure,
        [settled([x], variables)[0] if isinstance(x, Tensor) else x for x in leaves],
    )


def _seeds(
    who: str, given: Any, like: Sequence[Tensor], structure: tree.Structure
) -> list[Tensor]:
    """The leaves of what a walk starts with, which must fit the other end."""
    seeds = [tensor(leaf) for leaf in tree.matching(who, structure, given)]
    for x, seed in zip(like, seeds, strict=True):
        if (x.shape, x.dtype) != (seed.shape, seed.dtype):
            pair = ("tangent", "primal") if who == "jvp" else ("cotangent", "result")
            raise GradientError(
                f"{who}: a {pair[0]} must be like its {pair[1]}, which is {x.dtype}"
                f"{list(x.shape)}; {seed.dtype}{list(seed.shape)} came"
            )
    return seeds


_SCALAR = {"grad": "the function must return", "backward": "the loss must be"}


def _one(out: Tensor) -> Tensor:
    """The cotangent of a result by itself."""
    return known(np.array(1, out.dtype), out.device)


def _check_scalar(out: Any, *, who: str = "grad") -> None:
    if not isinstance(out, Tensor) or out.shape != () or out.dtype not in FLOATING:
        came = (
            f"{out.dtype}{list(out.shape)}"
            if isinstance(out, Tensor)
            else type(out).__name__
        )
        raise GradientError(
            f"{who}: {_SCALAR[who]} one floating-point number, {came} came; "
            f"use `sum` or `mean`, and `real` or `abs` for complex numbers"
        )
