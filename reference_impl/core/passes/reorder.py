"""Reordering: the same operations where they are fewer, or work on more at once.

Three ideas, of which two have pages of their own: what is the same at every step leaves
a loop (`loop_invariants`), products leave it (`loop_products`), and a chain of products
is multiplied in the cheapest order, which is here. Products of matrices are associative
and their costs are not: for A (n, k), B (k, m) and a column v,

    %0 = matmul(A, B)    2 n k m operations           %0 = matmul(B, v)    2 k m
    %1 = matmul(%0, v)   2 n m            becomes     %1 = matmul(A, %0)   2 n k

The cheapest order of a chain is found from those of its parts (dynamic programming). A
product that somebody else reads as well ends a chain: it is computed anyway. An order
is changed only where that saves operations; sums are then rounded in another order.

Source: Godbole 1973; Cormen, Leiserson, Rivest and Stein 2009, section 15.2.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from ..graph import Graph
from ..tensor import Tensor
from .loop_invariants import loop_invariants
from .loop_products import loop_products
from .rewrite import is_made_by, made, readers, rewritten


def reorder(graph: Graph) -> Graph:
    """The graph with what can leave loops outside, and short chains of products."""
    return product_order(loop_products(loop_invariants(graph)))


def product_order(graph: Graph) -> Graph:
    """The graph whose chains of products are multiplied in the cheapest order."""
    counts = readers(graph)
    inner: set[int] = set()  # products that one other product reads, and nobody else
    for node in graph.nodes():
        if is_made_by(node, "matmul"):
            inner |= {x.serial for x in node.inputs if counts[x.serial] == 1}
    chains: dict[int, list[Tensor]] = {}

    def rule(former: Tensor, node: Tensor) -> Tensor | None:
        if not is_made_by(node, "matmul"):
            return None
        pairs = zip(former.inputs, node.inputs, strict=True)
        chain = [y for old, x in pairs for y in chains.get(old.serial, [x])]
        if former.serial in inner:
            chains[former.serial] = chain
            return None
        return _multiplied(chain, node) if len(chain) > 2 else None

    return rewritten(graph, rule, product_order)


def _multiplied(chain: Sequence[Tensor], former: Tensor) -> Tensor | None:
    """The product of a chain in the cheapest order, if it costs less than `former`."""
    sizes = (*(x.shape[-2] for x in chain), chain[-1].shape[-1])
    cost, order = _cheapest(sizes)
    if cost >= _cost(former, chain):
        return None

    def product(first: int, last: int) -> Tensor:
        if first == last:
            return chain[first]
        middle = order[first, last]
        return made("matmul", product(first, middle), product(middle + 1, last))

    return product(0, len(chain) - 1)


@functools.lru_cache(maxsize=256)
def _cheapest(sizes: tuple[int, ...]) -> tuple[int, dict[tuple[int, int], int]]:
    """The multiplications of a chain, and where to part each of its parts.

    Matrix i of the chain is (sizes[i], sizes[i + 1]).
    """
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    order = {}
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            whole = sizes[first] * sizes[last + 1]
            choices = [
                (cost[first, k] + cost[k + 1, last] + whole * sizes[k + 1], k)
                for k in range(first, last)
            ]
            cost[first, last], order[first, last] = min(choices)
    return cost[0, count - 1], order


def _cost(product: Tensor, ends: Sequence[Tensor]) -> int:
    """The multiplications of a product of the tensors of a chain, for one batch."""
    if any(product is x for x in ends):
        return 0
    x, y = product.inputs
    own = x.shape[-2] * x.shape[-1] * y.shape[-1]
    return own + _cost(x, ends) + _cost(y, ends)
