"""A scan taken apart, so that passes can put it together in another way.

A scan is one node: its inputs are carries, sequences and what the body closes over, in
this order, and its results are the last carries and the sequences y. A pass that drops,
adds or moves any of them would count positions; here each stands with its role.

    node = scan(h0, xs, w, body=step, carries=1, slices=1, length=T)
    Scan.of(node).carries[0]  is  Carry(first=h0, before=<in step>, after=<in step>)

`remade` builds the node again. Whatever tensors of the body stand in a role then become
inputs or outputs of the new body, computed ones as well: to compute a value outside of
the loop is to list it among `free`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..graph import Graph
from ..op import Op
from ..tensor import Tensor
from .rewrite import cut_out, made, picked


class Carry(NamedTuple):
    """What is handed on: its first value, outside; before and after a step, inside."""

    first: Tensor
    before: Tensor
    after: Tensor


class Given(NamedTuple):
    """What the body reads: the tensor outside, and what stands for it inside."""

    outside: Tensor
    inside: Tensor


@dataclass(frozen=True)
class Scan:
    """The parts of a scan by their roles; `body` is the graph they were found in."""

    op: Op
    body: Graph
    carries: Sequence[Carry]
    slices: Sequence[Given]
    free: Sequence[Given]
    ys: Sequence[Tensor]
    length: int
    reverse: bool

    @classmethod
    def of(cls, node: Tensor) -> Scan:
        """The parts of a node that is a scan."""
        body, count = node.attrs["body"], node.attrs["carries"]
        end = count + node.attrs["slices"]
        pairs = [Given(*p) for p in zip(node.inputs, body.inputs, strict=True)]
        after = body.outputs[:count]
        return cls(
            op=node.op,
            body=body,
            carries=[Carry(*p, x) for p, x in zip(pairs, after, strict=False)],
            slices=pairs[count:end],
            free=pairs[end:],
            ys=body.outputs[count:],
            length=node.attrs["length"],
            reverse=node.attrs["reverse"],
        )

    def remade(self, fixed: Mapping[int, Tensor] | None = None) -> tuple[Tensor, ...]:
        """The results of the loop, the last carries first, as picks of a new node.

        `fixed` are constants in place of what the body reads, by serial.
        """
        if not self.carries and not self.ys:
            return ()
        given = (*self.slices, *self.free)
        inputs = [*(c.first for c in self.carries), *(x.outside for x in given)]
        body = cut_out(
            self.body.name,
            {
                "carry": [carry.before for carry in self.carries],
                "x": [x.inside for x in self.slices],
                "free": [x.inside for x in self.free],
            },
            {"carry": [c.after for c in self.carries], "y": list(self.ys)},
            fixed,
        )
        node = made(
            self.op,
            *inputs,
            body=body,
            carries=len(self.carries),
            slices=len(self.slices),
            length=self.length,
            reverse=self.reverse,
        )
        return picked(node)


def is_loop(node: Tensor) -> bool:
    """Whether a node is a scan."""
    return node.op.name == "scan"
