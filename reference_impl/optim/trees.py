"""The trees of an optimiser: parameters, gradients like them, and a state.

What does not belong together is refused here, before a formula meets it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..core import tree
from ..core.dtype import FLOATS, Dtype, check_kind, int64, wide_type
from ..core.errors import ShapeError, TreeError
from ..core.ops import zeros
from ..core.shape import Shape
from ..core.tensor import Tensor

State = dict[str, Any]
Kind = tuple[Shape, Dtype]


class Flat(NamedTuple):
    """Parameters, and what `tree.flatten` made of them."""

    params: Any
    leaves: list[Tensor]
    structure: tree.Structure
    kinds: list[Kind]

    @classmethod
    def of(cls, who: str, params: Any) -> Flat:
        """Parameters, taken apart.

        Raises
        ------
        TreeError
            If a leaf is no tensor; `who` opens the message.
        """
        leaves, structure = tree.flatten(params)
        kinds = _kinds(leaves)
        if None in kinds:
            i = kinds.index(None)
            raise TreeError(
                f"{who}: tensors are needed, {tree.names(params)[i]} is "
                f"{leaves[i]!r:.60}"
            )
        return cls(params, leaves, structure, kinds)

    @property
    def wide(self) -> list[Kind]:
        """The kinds of what is kept in float32 beside parameters of 16 bits."""
        return [(shape, wide_type(dtype)) for shape, dtype in self.kinds]

    @property
    def scalars(self) -> list[Kind]:
        """The kinds of a single number for each parameter."""
        return [((), dtype) for _, dtype in self.kinds]

    def like(self, leaves: Sequence[Tensor]) -> Any:
        """A tree like the parameters."""
        return tree.unflatten(self.structure, leaves)


def counter(params: Any) -> Tensor:
    """A count of nothing yet, where the parameters lie."""
    leaves, _ = tree.flatten(params)
    return zeros((), dtype=int64, device=leaves[0].device if leaves else None)


def check_parameters(who: str, params: Any) -> None:
    """Raise an error unless every leaf can be trained by its gradient.

    Raises
    ------
    DtypeError, TreeError
        If one is no real floating-point tensor, or a statistic of a model, which its
        layers update themselves; `who` opens the message.
    """
    check_floats(who, params)
    _, structure = tree.flatten(params)
    are_statistics = tree.marked(structure, "statistic")
    if any(are_statistics):
        name = tree.names(params)[are_statistics.index(True)]
        raise TreeError(
            f"{who}: {name} is a statistic, which is not trained: "
            f"`params, statistics = nn.partition(model)` takes them apart"
        )


def check_floats(who: str, params: Any) -> None:
    """Raise an error unless every leaf is a real floating-point tensor.

    Raises
    ------
    DtypeError, TreeError
        `who` opens the message.
    """
    for p in Flat.of(who, params).leaves:
        check_kind(p.dtype, FLOATS, who=who)


def matching(
    who: str, what: str, given: Any, flat: Flat, kinds: list[Kind]
) -> list[Tensor]:
    """The leaves of a tree that must be like the parameters: gradients, or a slot.

    Parameters
    ----------
    kinds : list of pairs
        The shape and the dtype that each must have.

    Raises
    ------
    TreeError, ShapeError
        If one is missing, or of another kind; `who` opens the message.
    """
    leaves = tree.matching(f"{who}: {what}", flat.structure, given)
    came = _kinds(leaves)
    if came != kinds:
        i = list(map(operator.eq, came, kinds)).index(False)
        raise ShapeError(
            f"{who}: {what} must be like the parameters: "
            f"{tree.names(flat.params)[i]} needs {_named(kinds[i])}, "
            f"{_described(leaves[i])} came"
        )
    return leaves


def _kinds(leaves: Sequence[Any]) -> list[Any]:
    """The shape and dtype of every leaf; `None` for what is no tensor."""
    try:
        return [(x.shape, x.dtype) for x in leaves]  # a third of the time of asking all
    except AttributeError:
        return [(x.shape, x.dtype) if hasattr(x, "dtype") else None for x in leaves]


def _named(kind: Kind) -> str:
    shape, dtype = kind
    return f"{dtype}{list(shape)}"


def _described(x: Any) -> str:
    (kind,) = _kinds([x])
    return f"{x!r:.60}" if kind is None else _named(kind)


def check_count(who: str, name: str, count: Any) -> None:
    """Raise a `ShapeError` unless a count is as `counter` makes it."""
    if _kinds([count]) != [((), int64)]:
        raise ShapeError(
            f"{who}: {name} must be int64[], as `init` makes it; "
            f"{_described(count)} came"
        )


def check_state(who: str, needed: Iterable[str], state: Any) -> None:
    """Raise an error unless a state is a dict of what an optimiser keeps.

    Raises
    ------
    TreeError
        If it is another optimiser's; `who` opens the message.
    """
    names = set(needed)
    came = state.keys() if isinstance(state, dict) else {type(state).__name__}
    if came != names:
        raise TreeError(
            f"{who}: a state of {', '.join(sorted(names))} is needed, as `init` makes "
            f"it; {', '.join(sorted(map(str, came)))} came"
        )
