"""Many small products become a large one: products move out of loops.

A loop of T steps that multiplies small matrices pays T times for reading the other one,
and a product of T matrices at once reaches a much higher share of a machine's peak.
Three products of a step can be taken out, as long as the carry does not depend on them:

    before    h = tanh(h + matmul(x, w))   matmul(xs, w) for all rows of all steps
    after     y = matmul(h, w)             matmul(hs, w), of the sequence of h
    over it   s = s + matmul(a, b)         the steps are a part of the inner axis:
                                           s + matmul([a1 a2 ...], [b1; b2; ...])

The last form is the gradient of a weight through time, and its carry is gone. A carry
to which sums, or elements, of what is stored anyway are added goes the same way. The
factors of a product become results y of the loop; that is done where no more must be
stored of a step than the product has elements, which a step would read and write.

    _, %0 = scan(s, as, bs, ...)        %0 = reshape(as, shape=(T*N, K))
      s, a, b -> s + matmul(a.T, b)     %1 = reshape(bs, shape=(T*N, M))
                                        %2 = add(s, matmul(%0.T, %1))

The sums are taken in another order: equal up to rounding, not to the bit.

Source: Appleyard, Kocisky and Blunsom 2016, section 3 (recurrent networks).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..dtype import INEXACT
from ..graph import Graph
from ..tensor import Tensor
from .loops import Carry, Given, Scan, is_loop
from .rewrite import is_constant, is_made_by, made, readers, rewritten, uniform

Results = tuple[Tensor, ...]

# Those that can be done to all steps at once, with one axis more in front.
_MOVING = ("permute_dims", "reshape")


def loop_products(graph: Graph) -> Graph:
    """The graph whose loops leave products to before, after and over their steps."""
    graph = rewritten(graph, _before, loop_products)
    return rewritten(graph, _after)


def _before(former: Tensor, node: Tensor) -> Results | None:
    """Products of sequences with what is the same at every step."""
    if not is_loop(node):
        return None
    loop = Scan.of(node)
    stacks = {x.inside.serial: x.outside for x in loop.slices}
    free = {x.inside.serial: x.outside for x in loop.free}
    moved = [
        Given(_all_at_once(_stacked(x, stacks), free[w.serial]), product)
        for product in loop.body.nodes()
        if is_made_by(product, "matmul")
        for x, w in [product.inputs]
        if w.serial in free and w.ndim == 2 and _base(x).serial in stacks
    ]
    return replace(loop, slices=[*loop.slices, *moved]).remade() if moved else None


def _all_at_once(x: Tensor, w: Tensor) -> Tensor:
    """The product of every row of a sequence with one matrix, as a single product."""
    *sizes, K = x.shape
    rows = made("reshape", x, shape=(math.prod(sizes), K))
    return made("reshape", made("matmul", rows, w), shape=(*sizes, w.shape[1]))


@dataclass
class _Plan:
    """What a loop is going to leave to others: `ys` are the results it then needs."""

    loop: Scan
    ys: dict[int, Tensor]
    totals: dict[int, list[Tensor]] = field(default_factory=dict)
    products: dict[int, Tensor] = field(default_factory=dict)

    @property
    def there(self) -> set[int]:
        """The serials of what will be a sequence outside."""
        return {*self.ys, *(x.inside.serial for x in self.loop.slices)}

    def store(self, x: Tensor, *, most: int) -> bool:
        """Make sequences of a product's factors, unless they have too many elements."""
        bases = {base.serial: base for base in map(_base, x.inputs)}
        new = {key: b for key, b in bases.items() if key not in self.there}
        same = {x.inside.serial for x in self.loop.free}
        if any(is_constant(b) or b.serial in same for b in new.values()):
            return False  # what is the same at every step makes no sequence
        if math.fsum(b.size for b in new.values()) > most:
            return False
        self.ys |= new
        return True


def _after(former: Tensor, node: Tensor) -> Results | None:
    """Products that only become results, and those that are only added up."""
    if not is_loop(node) or not node.attrs["length"]:
        return None
    loop = Scan.of(node)
    plan = _Plan(loop, {y.serial: y for y in loop.ys})
    counts = readers(loop.body)
    terms = {i: _terms(carry, counts) for i, carry in enumerate(loop.carries)}
    for i, added in terms.items():
        if added and all(_is_summable_product(x, plan) for x in added):
            plan.totals[i] = added
    for i, added in terms.items():
        if added and i not in plan.totals and all(_is_there(x, plan) for x in added):
            plan.totals[i] = added
    _choose_products(plan, counts)
    if not (plan.totals or plan.products):
        return None
    return _carried_out(plan)


def _terms(carry: Carry, counts: Mapping[int, int]) -> list[Tensor]:
    """What a step adds to a carry, if it does nothing else with it."""
    if carry.before.dtype.kind not in INEXACT or counts[carry.before.serial] != 1:
        return []
    terms: list[Tensor] = []
    partial = carry.after
    while is_made_by(partial, "add") and counts[partial.serial] == 1:
        x, y = partial.inputs
        if x is carry.before or y is carry.before:
            return [*terms, y if x is carry.before else x]
        # Further terms may stand on either side; the sum goes on in one of them.
        inner = [z for z in (x, y) if is_made_by(z, "add") and _leads(carry.before, z)]
        if len(inner) != 1:
            return []
        terms.append(y if inner[0] is x else x)
        partial = inner[0]
    return []


def _leads(x: Tensor, total: Tensor) -> bool:
    """Whether a chain of additions begins with `x`."""
    waiting, seen = [total], {total.serial}
    while waiting:
        node = waiting.pop()
        if node is x:
            return True
        if is_made_by(node, "add"):
            waiting += [y for y in node.inputs if y.serial not in seen]
            seen |= {y.serial for y in node.inputs}
    return False


def _is_summable_product(x: Tensor, plan: _Plan) -> bool:
    return is_made_by(x, "matmul") and plan.store(x, most=x.size)


def _is_there(x: Tensor, plan: _Plan) -> bool:
    """Whether a term, or what it is a sum of, will be a sequence outside."""
    source = x.inputs[0] if is_made_by(x, "sum") else x
    is_product = is_made_by(x, "matmul") and _bases(x) <= plan.there
    return is_product or _base(source).serial in plan.there


def _bases(product: Tensor) -> set[int]:
    return {_base(x).serial for x in product.inputs}


def _choose_products(plan: _Plan, counts: Mapping[int, int]) -> None:
    """Products with an outer matrix that are results y and nothing else."""
    free = {x.inside.serial: x.outside for x in plan.loop.free}
    for y in plan.loop.ys:
        if not is_made_by(y, "matmul") or counts[y.serial] != 1:
            continue
        x, w = y.inputs
        if w.serial not in free or w.ndim != 2 or uniform(_base(x)) is not None:
            continue
        if _base(x).serial in plan.there or _base(x).size <= y.size:
            plan.products[y.serial] = y
            del plan.ys[y.serial]
            plan.ys[_base(x).serial] = _base(x)


def _carried_out(plan: _Plan) -> Results:
    """The results of a loop that does less, and what is done besides."""
    loop = plan.loop
    kept = [c for i, c in enumerate(loop.carries) if i not in plan.totals]
    sequences = {x.inside.serial: x.outside for x in loop.slices}
    ys = [y for serial, y in plan.ys.items() if serial not in sequences]
    results = iter(replace(loop, carries=kept, ys=ys).remade())
    every = range(len(loop.carries))
    last = [None if i in plan.totals else next(results) for i in every]
    stacks = sequences | dict(zip((y.serial for y in ys), results, strict=True))
    free = {x.inside.serial: x.outside for x in loop.free}
    carries = [
        _total(loop.carries[i].first, plan.totals[i], stacks) if x is None else x
        for i, x in enumerate(last)
    ]
    return (
        *carries,
        *(
            _all_at_once(_stacked(y.inputs[0], stacks), free[y.inputs[1].serial])
            if y.serial in plan.products
            else stacks[y.serial]
            for y in loop.ys
        ),
    )


def _total(
    first: Tensor, terms: Sequence[Tensor], stacks: Mapping[int, Tensor]
) -> Tensor:
    """A first value, and over all steps the sums of what a step adds."""
    total = first if uniform(first) is None or uniform(first) else None
    for x in reversed(terms):
        added = _sum_of_steps(x, stacks)
        total = added if total is None else made("add", total, added)
    assert total is not None
    return total


def _sum_of_steps(x: Tensor, stacks: Mapping[int, Tensor]) -> Tensor:
    """The sum over all steps, given the sequences of what it is made of."""
    if _base(x).serial in stacks:
        return made("sum", _stacked(x, stacks), axes=(0,), keepdims=False)
    if is_made_by(x, "sum"):
        axes = (0, *(axis + 1 for axis in x.attrs["axes"]))
        total = made("sum", _stacked(x.inputs[0], stacks), axes=axes, keepdims=False)
        return made("reshape", total, shape=x.shape)
    left, right = x.inputs
    rows = _inner_rows(_stacked(right, stacks))
    if is_made_by(left, "permute_dims") and left.attrs["axes"] == (1, 0):
        # A transposed view of all rows: nothing is copied.
        turned = _inner_rows(_stacked(left.inputs[0], stacks))
        return made("matmul", made("permute_dims", turned, axes=(1, 0)), rows)
    return made("matmul", _inner_columns(_stacked(left, stacks)), rows)


def _inner_rows(x: Tensor) -> Tensor:
    """(T, ..., N, K) as (..., T*N, K)."""
    T, *batch, N, K = x.shape
    axes = (*range(1, x.ndim - 2), 0, x.ndim - 2, x.ndim - 1)
    return _joined(x, axes, (*batch, T * N, K))


def _inner_columns(x: Tensor) -> Tensor:
    """(T, ..., M, N) as (..., M, T*N)."""
    T, *batch, M, N = x.shape
    axes = (*range(1, x.ndim - 1), 0, x.ndim - 1)
    return _joined(x, axes, (*batch, M, T * N))


def _joined(x: Tensor, axes: tuple[int, ...], shape: tuple[int, ...]) -> Tensor:
    return made("reshape", made("permute_dims", x, axes=axes), shape=shape)


def _base(x: Tensor) -> Tensor:
    """What a tensor shows under another shape, or with its axes in another order."""
    while is_made_by(x, *_MOVING):
        x = x.inputs[0]
    return x


def _stacked(x: Tensor, stacks: Mapping[int, Tensor]) -> Tensor:
    """The sequence of a value of the body, given that of its base."""
    if x.serial in stacks:
        return stacks[x.serial]
    below = _stacked(x.inputs[0], stacks)
    if x.op.name == "reshape":
        return made("reshape", below, shape=(below.shape[0], *x.shape))
    axes = (0, *(axis + 1 for axis in x.attrs["axes"]))
    return made("permute_dims", below, axes=axes)
