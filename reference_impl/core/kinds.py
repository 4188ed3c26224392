"""The kinds of ops, and how each is declared.

The kind of an op fixes its derivatives, so a declaration says little: `elementwise`
its partial derivatives, `linear` its transpose, `bilinear` its two transposes,
`general` both rules, `constant` nothing. A rule gets `out`, the op's own result, as an
argument; nothing is saved and nothing is closed over. `None` is a structural zero.

Broadcasting is an op. The operands of an elementwise op have equal shapes when its
rules see them, so no rule mentions it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from .dtype import ANY, NUMBERS, Dtype
from .op import Op, Rule, registered
from .operands import aligned, as_tensors, promoted
from .shape import Shape
from .tensor import FUNCTIONS, Tensor

Needs = Sequence[bool] | None


def elementwise(
    *,
    partials: Rule | tuple[int | None, ...] | None,
    py: str,
    c: str,
    domain: tuple[float, float],
    kinds: str = NUMBERS,
    dtype: Dtype | None = None,
) -> Callable[[Rule], Op]:
    """Declare a function of single elements by its partial derivatives.

    `partials(out, *inputs)` has an entry for each input: a tensor, a function without
    arguments that computes one if it is needed, the number 1 or -1, or `None`. If none
    is computed, `partials` is the tuple itself; `None` declares that all are zero. For
    complex elements the function must be holomorphic; its cotangents are products with
    conjugates.
    """

    rule = partials if callable(partials) else None

    def slopes_at(out: Tensor, inputs: Sequence[Tensor]) -> Any:
        return rule(out, *inputs) if rule else partials or (None,) * len(inputs)

    def vjp(
        g: Tensor, out: Tensor, *inputs: Tensor, needs: Needs = None
    ) -> Sequence[Tensor | None]:
        scaled = _scaled_by_conjugate if out.dtype.kind == "c" else _scaled
        flown = []
        for i, slope in enumerate(slopes_at(out, inputs)):
            flown.append(scaled(g, slope) if needs is None or needs[i] else None)
        return flown

    def jvp(
        tangents: Sequence[Tensor | None], out: Tensor, *inputs: Tensor
    ) -> Tensor | None:
        pairs = zip(tangents, slopes_at(out, inputs), strict=True)
        return total(_scaled(t, slope) for t, slope in pairs)

    def declare(compute: Rule) -> Op:
        op = Op(
            "elementwise",
            compute,
            prepare=aligned,
            shape=_common_shape,
            dtype=lambda x, *others: dtype or x.dtype,
            vjp=vjp,
            jvp=jvp,
            domain=domain,
            kinds=kinds,
            py=py,
            c=c,
        )
        op.reads_values = rule is not None
        return registered(op)

    return declare


def linear(
    *,
    transpose: Rule,
    shape: Rule,
    domain: Rule,
    kinds: str = ANY,
    dtype: Rule | None = None,
    about: int | None = None,
) -> Callable[[Rule], Op]:
    """Declare a linear map by `transpose(g, *inputs, **attrs)`.

    `about` is the number of inputs, the first ones, in which the map is linear; the
    others, such as indices, are constants. By default it is linear in all of them. The
    transpose returns a tensor, or a tuple of them if the map is linear in several.
    """

    def vjp(
        g: Tensor, out: Tensor, *inputs: Tensor, needs: Needs = None, **attrs: Any
    ) -> tuple[Tensor | None, ...]:
        parts = transpose(g, *inputs, **attrs)
        if parts.__class__ is not tuple:
            parts = (parts,)
        return parts + (None,) * (len(inputs) - len(parts))

    def declare(compute: Rule) -> Op:
        def jvp(
            tangents: Sequence[Tensor | None],
            out: Tensor,
            *inputs: Tensor,
            **attrs: Any,
        ) -> Tensor | None:
            count = len(inputs) if about is None else about
            if all(t is None for t in tangents[:count]):
                return None
            moved = [
                FUNCTIONS["zeros_like"](x) if t is None else t
                for t, x in zip(tangents[:count], inputs, strict=False)
            ]
            return op(*moved, *inputs[count:], **attrs)

        op = Op(
            "linear",
            compute,
            prepare=as_tensors,
            shape=shape,
            dtype=dtype or first_dtype,
            vjp=vjp,
            jvp=jvp,
            domain=domain,
            kinds=kinds,
        )
        op.about, op.reads_values = about, False
        return registered(op)

    return declare


def bilinear(
    *, left: Rule, right: Rule, shape: Rule, domain: Rule
) -> Callable[[Rule], Op]:
    """Declare a product by its transposes `left(g, x, y)` and `right(g, x, y)`.

    For complex elements they are adjoints: they conjugate the factor that stays.
    """

    def vjp(
        g: Tensor, out: Tensor, x: Tensor, y: Tensor, *, needs: Needs = None
    ) -> tuple[Tensor | None, Tensor | None]:
        # A layer's input is data: half of its backward pass would be thrown away.
        of_x, of_y = needs or (True, True)
        return left(g, x, y) if of_x else None, right(g, x, y) if of_y else None

    def declare(compute: Rule) -> Op:
        def jvp(
            tangents: Sequence[Tensor | None], out: Tensor, x: Tensor, y: Tensor
        ) -> Tensor | None:
            of_x, of_y = tangents
            return total(
                (
                    None if of_x is None else op(of_x, y),
                    None if of_y is None else op(x, of_y),
                )
            )

        op = Op(
            "bilinear",
            compute,
            prepare=promoted,
            shape=shape,
            dtype=first_dtype,
            vjp=vjp,
            jvp=jvp,
            domain=domain,
            kinds=NUMBERS,
        )
        return registered(op)

    return declare


def general(
    *,
    vjp: Rule,
    jvp: Rule,
    shape: Rule,
    domain: Rule,
    kinds: str,
    dtype: Rule | None = None,
) -> Callable[[Rule], Op]:
    """Declare an op by both of its derivative rules; `vjp` may leave out `needs`."""
    takes_needs = "needs" in inspect.signature(vjp).parameters

    def declare(compute: Rule) -> Op:
        return registered(
            Op(
                "general",
                compute,
                prepare=as_tensors,
                shape=shape,
                dtype=dtype or first_dtype,
                vjp=vjp
                if takes_needs
                else lambda *args, needs=None, **attrs: vjp(*args, **attrs),
                jvp=jvp,
                domain=domain,
                kinds=kinds,
            )
        )

    return declare


def constant(
    *, shape: Rule, dtype: Rule, domain: Rule, kinds: str
) -> Callable[[Rule], Op]:
    """Declare an op whose derivative is zero everywhere."""
    return lambda compute: registered(
        Op(
            "constant",
            compute,
            prepare=as_tensors,
            shape=shape,
            dtype=dtype,
            vjp=lambda g, out, *inputs, needs=None, **attrs: (None,) * len(inputs),
            jvp=lambda tangents, out, *inputs, **attrs: None,
            domain=domain,
            kinds=kinds,
        )
    )


def first_dtype(x: Tensor, *others: Tensor, **attrs: Any) -> Dtype:
    """The rule of most ops: the result has the dtype of the first input."""
    return x.dtype


def _common_shape(*inputs: Any) -> Shape:
    """The shape of an elementwise result; NumPy stretches arrays of unequal ones."""
    shape = inputs[0].shape
    for x in inputs:
        if x.shape != shape:
            return np.broadcast_shapes(*[x.shape for x in inputs])
    return shape


def total(parts: Any) -> Tensor | None:
    """The sum of what is not a structural zero."""
    result = None
    for part in parts:
        if part is not None:
            result = part if result is None else result + part
    return result


def _scaled(g: Tensor | None, partial: Any) -> Tensor | None:
    if g is None or partial is None:
        return None
    if partial.__class__ is int:
        return g if partial == 1 else -g if partial == -1 else g * partial
    if partial.__class__ is FunctionType:
        partial = partial()
    return g * partial


def _scaled_by_conjugate(g: Tensor, partial: Any) -> Tensor | None:
    if partial.__class__ is FunctionType:
        partial = partial()
    if partial.__class__ is Tensor:
        partial = FUNCTIONS["conj"](partial)
    return _scaled(g, partial)
