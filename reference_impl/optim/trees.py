"""The trees of an optimiser: parameters, gradients like them, and a state.

What does not belong together is refused here, before a formula meets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..core import tree
from ..core.dtype import FLOATS, check_kind, int64
from ..core.errors import ShapeError, TreeError
from ..core.ops import zeros
from ..core.tensor import Tensor

State = dict[str, Any]


class Flat(NamedTuple):
    """Parameters, and what `tree.flatten` made of them."""

    params: Any
    leaves: list[Tensor]
    structure: tree.Structure

    @classmethod
    def of(cls, params: Any) -> Flat:
        """Parameters, taken apart."""
        return cls(params, *tree.flatten(params))

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
    leaves, structure = tree.flatten(params)
    for p in leaves:
        check_kind(p.dtype, FLOATS, who=who)
    are_statistics = tree.marked(structure, "statistic")
    if any(are_statistics):
        name = tree.names(params)[are_statistics.index(True)]
        raise TreeError(
            f"{who}: {name} is a statistic, which is not trained: "
            f"`params, statistics = nn.partition(model)` takes them apart"
        )


def matching_gradients(who: str, grads: Any, flat: Flat) -> list[Tensor]:
    """The leaves of the gradients, which must be like the parameters.

    Raises
    ------
    TreeError, ShapeError
        If one is missing, or has another shape or dtype; `who` opens the message.
    """
    gradients = tree.matching(f"{who}: gradients", flat.structure, grads)
    for i, (p, g) in enumerate(zip(flat.leaves, gradients, strict=True)):
        if p.shape != g.shape or p.dtype is not g.dtype:
            raise ShapeError(
                f"{who}: a gradient must be like its parameter; "
                f"{tree.names(flat.params)[i]} is {p.dtype}{list(p.shape)}, its "
                f"gradient {g.dtype}{list(g.shape)}"
            )
    return gradients


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
