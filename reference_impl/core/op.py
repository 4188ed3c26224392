"""Ops: each is a law, declared once.

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
from typing import Any

import numpy as np

from .dtype import ANY, NUMBERS, Dtype, check_kind
from .operands import Operand, aligned, as_tensors, promoted
from .tensor import FUNCTIONS, UNTRACKED, Tensor, check_not_freed

Rule = Callable[..., Any]
Needs = tuple[bool, ...] | None

PRIMITIVES: dict[str, Op] = {}


class Op:
    """A law: how to compute, how to differentiate, how to print as code.

    Attributes
    ----------
    name, kind : str
    compute : function of arrays and attributes to an array
    shape, dtype : functions of tensors and attributes
        What the result will be, without computing it; `shape` raises `ShapeError`.
    kinds : str
        NumPy's letters for the kinds of dtypes that the first operand may have.
    vjp : function (g, out, *inputs, needs, **attrs) to a tuple of cotangents
        Those that `needs` does not ask for may be `None`; without it, all come.
    jvp : function (tangents, out, *inputs, **attrs) to a tangent
    py, c : str
        The law for one element, as Python that Numba compiles and as C. `{0}` and
        `{1}` are operands, `{one}` and `{zero}` literals of the element's type, `{f}`
        the suffix of C's functions for that type.
    domain : interval, or function of `draw`
        Where the laws of `tests/laws` take their inputs from.
    """

    def __init__(
        self,
        kind: str,
        compute: Rule,
        *,
        prepare: Rule,
        shape: Rule,
        dtype: Rule,
        vjp: Rule,
        jvp: Rule,
        domain: Any,
        kinds: str = ANY,
        py: str = "",
        c: str = "",
    ) -> None:
        self.name = self.__name__ = compute.__name__.removeprefix("_")
        self.__doc__ = compute.__doc__
        self.__signature__ = inspect.signature(compute)
        self.__module__ = compute.__module__
        self.kind, self.compute, self.prepare = kind, compute, prepare
        self.shape, self.dtype, self.vjp, self.jvp = shape, dtype, vjp, jvp
        self.kinds, self.py, self.c, self.domain = kinds, py, c, domain

    def __repr__(self) -> str:
        return f"<{self.kind} op {self.name}>"

    def __call__(self, *operands: Operand, **attrs: Any) -> Tensor:
        """Apply the op: compute at once, or make a symbol if an input is one."""
        inputs = self.prepare(self.name, operands)
        if inputs[0].dtype.kind not in self.kinds:
            check_kind(inputs[0].dtype, self.kinds, who=self.name)
        root, arrays, is_known = UNTRACKED, [], True
        for x in inputs:
            data = x.data
            arrays.append(data)
            if data.__class__ is not np.ndarray:
                check_not_freed(x, self.name)
                is_known = False
            if x.root < root:
                root = x.root
        if not is_known:
            shape, dtype = self.shape(*inputs, **attrs), self.dtype(*inputs, **attrs)
            return Tensor(None, shape, dtype, self, inputs, attrs, root)
        try:
            data = self.compute(*arrays, **attrs)
        except (ValueError, IndexError):
            self.shape(*inputs, **attrs)  # raises what is wrong in our words
            raise
        if data.__class__ is not np.ndarray:
            data = np.asarray(data)
        if root == UNTRACKED:
            return Tensor(data, data.shape, data.dtype)
        return Tensor(data, data.shape, data.dtype, self, inputs, attrs, root)


def elementwise(
    *,
    partials: Rule | None,
    py: str,
    c: str,
    domain: tuple[float, float],
    kinds: str = NUMBERS,
    dtype: Dtype | None = None,
) -> Callable[[Rule], Op]:
    """Declare a function of single elements by its partial derivatives.

    `partials(out, *inputs)` has an entry for each input: a tensor, the number 1 or -1,
    or `None`. `partials=None` declares that all are zero.
    """

    def vjp(
        g: Tensor, out: Tensor, *inputs: Tensor, needs: Needs = None
    ) -> tuple[Tensor | None, ...]:
        if partials is None:
            return (None,) * len(inputs)
        slopes = partials(out, *inputs)
        wanted = needs or (True,) * len(inputs)
        parts = zip(slopes, wanted, strict=True)
        return tuple(_scaled(g, p) if want else None for p, want in parts)

    def jvp(
        tangents: Sequence[Tensor | None], out: Tensor, *inputs: Tensor
    ) -> Tensor | None:
        if partials is None:
            return None
        parts = zip(tangents, partials(out, *inputs), strict=True)
        return total(_scaled(t, p) for t, p in parts)

    def declare(compute: Rule) -> Op:
        return _registered(
            Op(
                "elementwise",
                compute,
                prepare=aligned,
                shape=lambda x, *others: x.shape,
                dtype=lambda x, *others: dtype or x.dtype,
                vjp=vjp,
                jvp=jvp,
                domain=domain,
                kinds=kinds,
                py=py,
                c=c,
            )
        )

    return declare


def linear(
    *,
    transpose: Rule,
    shape: Rule,
    domain: Rule,
    kinds: str = ANY,
    dtype: Rule | None = None,
) -> Callable[[Rule], Op]:
    """Declare a linear map of one tensor by `transpose(g, x, **attrs)`."""

    def declare(compute: Rule) -> Op:
        op = Op(
            "linear",
            compute,
            prepare=as_tensors,
            shape=shape,
            dtype=dtype or first_dtype,
            vjp=lambda g, out, x, needs=None, **attrs: (transpose(g, x, **attrs),),
            jvp=lambda tangents, out, x, **attrs: op(tangents[0], **attrs),
            domain=domain,
            kinds=kinds,
        )
        return _registered(op)

    return declare


def bilinear(
    *, left: Rule, right: Rule, shape: Rule, domain: Rule
) -> Callable[[Rule], Op]:
    """Declare a product by its transposes `left(g, x, y)` and `right(g, x, y)`."""

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
        return _registered(op)

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
    """Declare an op by both of its derivative rules."""

    def declare(compute: Rule) -> Op:
        return _registered(
            Op(
                "general",
                compute,
                prepare=as_tensors,
                shape=shape,
                dtype=dtype or first_dtype,
                vjp=lambda *args, needs=None, **attrs: vjp(*args, **attrs),
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
    return lambda compute: _registered(
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


def public(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Let tensors find a function by its name."""
    FUNCTIONS[function.__name__] = function
    return function


def _registered(op: Op) -> Op:
    PRIMITIVES[op.name] = op
    # An underscore marks a primitive that a public function of that name prepares.
    if not op.compute.__name__.startswith("_"):
        public(op)
    return op


def first_dtype(x: Tensor, *others: Tensor, **attrs: Any) -> Dtype:
    """The rule of most ops: the result has the dtype of the first input."""
    return x.dtype


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
        return g if partial == 1 else -g
    return g * partial
