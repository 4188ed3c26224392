"""Which arguments of a function a derivative is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import tree
from .dtype import DIFFERENTIABLE
from .elements import tensor
from .errors import GradientError, TreeError
from .number import integers
from .tensor import Tensor, variable


def check_tuples(who: str, **given: Any) -> None:
    """Raise a `TreeError` unless there is a tuple with a tree for each argument."""
    for name, trees in given.items():
        if not isinstance(trees, (tuple, list)):
            raise TreeError(
                f"{who}: {name} must be a tuple with one tree for each argument, "
                f"{type(trees).__name__} came"
            )


class Chosen:
    """The arguments of a function that a derivative is about."""

    def __init__(self, who: str, args: Sequence[Any], argnums: Any) -> None:
        self._args = args
        self._is_single = not isinstance(argnums, Sequence)
        self._wanted = _positions(argnums, len(args), who)
        chosen = {i: args[i] for i in self._wanted}
        self.leaves, self._structure = _differentiable_leaves(who, chosen)
        self.variables = [variable(x) for x in self.leaves]

    def given(self) -> list[Any]:
        """All arguments, variables in place of the chosen leaves."""
        given = list(self._args)
        for index, arg in tree.unflatten(self._structure, self.variables).items():
            given[index] = arg
        return given

    def rebuilt(self, leaves: Sequence[Any]) -> Any:
        """A tree like the argument, or a tuple of trees like the arguments."""
        found = tree.unflatten(self._structure, leaves)
        if self._is_single:
            return found[self._wanted[0]]
        return tuple(found[index] for index in self._wanted)


def _positions(argnums: int | Sequence[int], count: int, who: str) -> tuple[int, ...]:
    wanted = integers(argnums, who=who, what="argnums")
    for index in wanted:
        if not -count <= index < count:
            raise GradientError(
                f"{who}: argument {index} is to be differentiated, "
                f"{count} positional arguments came"
            )
    return tuple([index % count for index in wanted])


def _differentiable_leaves(
    who: str, argument: Any
) -> tuple[list[Tensor], tree.Structure]:
    """The leaves of an argument, each of which must have a derivative."""
    leaves, structure = tree.flatten(argument)
    tensors = [tensor(leaf) for leaf in leaves]
    for x in tensors:
        if x.dtype not in DIFFERENTIABLE:
            places = zip(tree.names(argument), tensors, strict=True)
            name = next(name for name, each in places if each is x)
            raise GradientError(
                f"{who}: floating-point numbers are needed, argument {name} is "
                f"{x.dtype}"
            )
    return tensors, structure
