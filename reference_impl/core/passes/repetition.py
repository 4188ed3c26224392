"""Repetition: some nodes of an order are computed again after a place, the turn.

    %1 = exp(%0)                   %1 = exp(%0)
    %2 = sin(%1)                   %2 = sin(%1)
    ------------ the turn    ->    ------------
    ...                            ...
                                   %4 = identity(%0)
                                   %5 = exp(%4)
    %3 = multiply(%2, %1)          %3 = multiply(%2, %5)

A copy is made right before the first node after the turn that reads it, and the others
read it as well. It reads what is kept through an `identity`, which fusion does not look
through: else the copy would be computed where %1 is, and be kept from there on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..tensor import Tensor, now
from .liveness import NodeOrder
from .rewrite import made


def recomputed(
    order: NodeOrder, turn: int, is_kept: Callable[[int], bool]
) -> NodeOrder:
    """What is not kept over the turn is computed again for those who read it later.

    What its inputs need is copied, too, unless it is kept.
    """
    repetition = _Repetition(order, turn, is_kept)
    for key in order.keys[turn + 1 :]:
        repetition.add(key)
    return replace(
        order,
        keys=tuple(repetition.keys),
        reads=repetition.reads,
        tensors=repetition.tensors,
    )


class _Repetition:
    """The new order while it grows: what was before the turn, and what follows."""

    def __init__(
        self, former: NodeOrder, turn: int, is_kept: Callable[[int], bool]
    ) -> None:
        self.former, self.turn, self.is_kept = former, turn, is_kept
        self.keys = list(former.keys[: turn + 1])
        self.reads, self.tensors = dict(former.reads), dict(former.tensors)
        self.copies: dict[int, int] = {}
        self.shown: dict[int, int] = {}  # what is kept, behind an identity

    def add(self, key: int) -> None:
        """The next node of the former order, after copies of what it lacks."""
        inputs = self.former.reads[key]
        self._copy([x for x in inputs if not self._is_there(x)])
        self.reads[key] = tuple(self.copies.get(x, x) for x in inputs)
        self.keys.append(key)

    def _is_there(self, x: int) -> bool:
        is_early = self.former.places.get(x, self.turn) < self.turn
        return not is_early or x in self.copies or self.is_kept(x)

    def _copy(self, waiting: list[int]) -> None:
        """Copies of nodes, of which each comes after those of its inputs."""
        while waiting:
            x = waiting[-1]
            missing = [y for y in self.former.reads[x] if not self._is_there(y)]
            waiting += missing
            if not missing:
                waiting.pop()
                if x not in self.copies:
                    inputs = [self._behind(y) for y in self.former.reads[x]]
                    self.copies[x] = self._append(self.former.tensors[x], inputs)

    def _behind(self, x: int) -> int:
        """What a copy reads in place of a node."""
        node = self.former.tensors[x]
        if x in self.copies or x not in self.reads or isinstance(node.dtype, tuple):
            return self.copies.get(x, x)
        if x not in self.shown:
            self.shown[x] = self._append(made("identity", node), [x])
        return self.shown[x]

    def _append(self, node: Tensor, inputs: Sequence[int]) -> int:
        key = now()
        self.keys.append(key)
        self.reads[key], self.tensors[key] = tuple(inputs), node
        return key
