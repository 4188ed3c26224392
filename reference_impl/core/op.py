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
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

from .device import Device
from .dtype import ANY, NUMBERS, SUPPORTED, Dtype, check_kind
from .operands import Operand, aligned, as_tensors, common_device, promoted
from .shape import Shape
from .tensor import (
    FREED,
    FUNCTIONS,
    NO_ATTRS,
    UNTRACKED,
    Tensor,
    check_not_freed,
)

Rule = Callable[..., Any]
Needs = Sequence[bool] | None
Function = TypeVar("Function", bound=Callable[..., Any])

PRIMITIVES: dict[str, Op] = {}

_POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


class Op:
    """A law: how to compute, how to differentiate, how to print as code.

    Attributes
    ----------
    name, kind : str
    compute : function of arrays and attributes to an array, or to a tuple of arrays
        If it takes `out`, it can write its result into an array that is there already;
        if it takes `device`, it runs graphs there.
    shape, dtype : functions of tensors (or arrays) and attributes
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

    Notes
    -----
    An op with several results makes one node whose `data`, `shape` and `dtype` are
    tuples; `results` takes them out. For such an op `g`, and what `jvp` returns, are
    tuples as well, with `None` for a structural zero.
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
        self.__module__ = compute.__module__
        signature = inspect.signature(compute)
        self.writes_out = "out" in signature.parameters
        self.runs_graphs = "device" in signature.parameters
        places = ("out", "device")
        given = [p for p in signature.parameters.values() if p.name not in places]
        self.__signature__ = signature.replace(parameters=given)
        kinds_of = [p.kind for p in given]
        takes_any = inspect.Parameter.VAR_POSITIONAL in kinds_of
        self._arity = None if takes_any else kinds_of.count(_POSITIONAL)
        self.kind, self.compute, self.prepare = kind, compute, prepare
        self.shape, self.dtype, self.vjp, self.jvp = shape, dtype, vjp, jvp
        self.kinds, self.py, self.c, self.domain = kinds, py, c, domain
        self.about: int | None = None  # of a linear op: in how many inputs
        self.reads_values = True  # whether a rule does more than look at shapes
        self._dtypes = frozenset(d for d in SUPPORTED if d.kind in kinds)

    def __repr__(self) -> str:
        return f"<{self.kind} op {self.name}>"

    def __call__(self, *operands: Operand, **attrs: Any) -> Tensor:
        """Apply the op: compute at once, or make a symbol if an input is one."""
        if len(operands) != self._arity and (self._arity is not None or not operands):
            raise TypeError(
                f"{self.name}: {self._arity or 'one or more'} operands are needed, "
                f"{len(operands)} came"
            )
        inputs = self.prepare(self.name, operands)
        first = inputs[0]
        if first.dtype not in self._dtypes:
            self._check_dtype(first)
        device, root = first.device, first.root
        if len(inputs) == 2:  # 0.3 us less than the general case
            second = inputs[1]
            arrays: Any = first.data, second.data
            if second.root < root:
                root = second.root
            is_plain = second.device is device
        else:
            arrays = [x.data for x in inputs]
            root = min([x.root for x in inputs])
            is_plain = len(inputs) == 1 or all(x.device is device for x in inputs)
        for data in arrays:
            if data is None or data is FREED:
                is_plain = False
        if not is_plain:
            return self._symbol(inputs, attrs, root)
        try:
            data = device.run(self, arrays, attrs)
        except (ValueError, IndexError):
            self.shape(*inputs, **attrs)  # raises what is wrong in our words
            raise
        if data.__class__ is not np.ndarray:
            if data.__class__ is tuple:
                return self._with_results(data, inputs, attrs, root, device)
            data = np.asarray(data)
        if root == UNTRACKED or self.kind == "constant":  # which nobody differentiates
            return Tensor(
                data, data.shape, data.dtype, None, (), NO_ATTRS, UNTRACKED, device
            )
        return Tensor(data, data.shape, data.dtype, self, inputs, attrs, root, device)

    def _symbol(
        self, inputs: tuple[Tensor, ...], attrs: dict[str, Any], root: int
    ) -> Tensor:
        """The result for inputs that are not all there: a symbol, or an error."""
        for x in inputs:
            check_not_freed(x, self.name)
        device = common_device(self.name, inputs)
        shape, dtype = self.shape(*inputs, **attrs), self.dtype(*inputs, **attrs)
        return Tensor(None, shape, dtype, self, inputs, attrs, root, device)

    def _with_results(
        self, data: tuple[Any, ...], inputs: Any, attrs: Any, root: int, device: Device
    ) -> Tensor:
        shapes: Any = tuple(array.shape for array in data)
        dtypes: Any = tuple(array.dtype for array in data)
        if root == UNTRACKED or self.kind == "constant":
            return Tensor(data, shapes, dtypes, device=device)
        return Tensor(data, shapes, dtypes, self, inputs, attrs, root, device)

    def _check_dtype(self, x: Tensor) -> None:
        if not isinstance(x.dtype, tuple):
            check_kind(x.dtype, self.kinds, who=self.name)


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

    def slopes_at(out: Tensor, *inputs: Tensor) -> Any:
        if callable(partials):
            return partials(out, *inputs)
        return partials or (None,) * len(inputs)

    def vjp(
        g: Tensor, out: Tensor, *inputs: Tensor, needs: Needs = None
    ) -> Sequence[Tensor | None]:
        slopes = slopes_at(out, *inputs)
        scaled = _scaled_by_conjugate if out.dtype.kind == "c" else _scaled
        if needs is None:
            return [scaled(g, p) for p in slopes]
        return [scaled(g, p) if needs[i] else None for i, p in enumerate(slopes)]

    def jvp(
        tangents: Sequence[Tensor | None], out: Tensor, *inputs: Tensor
    ) -> Tensor | None:
        parts = zip(tangents, slopes_at(out, *inputs), strict=True)
        return total(_scaled(t, p) for t, p in parts)

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
        op.reads_values = callable(partials)
        return _registered(op)

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
        parts = parts if parts.__class__ is tuple else (parts,)
        return (*parts, *(None,) * (len(inputs) - len(parts)))

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
        return _registered(op)

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
    """Declare an op by both of its derivative rules; `vjp` may leave out `needs`."""
    takes_needs = "needs" in inspect.signature(vjp).parameters

    def declare(compute: Rule) -> Op:
        return _registered(
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


def public(function: Function) -> Function:
    """Let tensors find a function by its name."""
    FUNCTIONS[function.__name__] = function
    return function


def _registered(op: Op) -> Op:
    # An underscore marks a primitive that a public function of that name prepares. A
    # rule that has nothing to check calls the primitive.
    PRIMITIVES[op.name] = FUNCTIONS[op.compute.__name__] = op
    return op


def _picked_jvp(tangents: Any, out: Tensor, bundle: Tensor, index: int) -> Any:
    return tangents[0][index]


def _picked_vjp(g: Tensor, out: Tensor, bundle: Tensor, index: int) -> Any:
    return (tuple(g if i == index else None for i in range(len(bundle.shape))),)


@general(
    vjp=_picked_vjp,
    jvp=_picked_jvp,
    shape=lambda bundle, index: bundle.shape[index],
    dtype=lambda bundle, index: bundle.dtype[index],
    kinds=ANY,
    domain=lambda draw: [],
)
def _pick(bundle, *, index):
    """Take one of the results of an op that has several."""
    return bundle[index]


def results(bundle: Tensor) -> tuple[Tensor, ...]:
    """The results of an op that has several, one tensor each."""
    return tuple(_pick(bundle, index=index) for index in range(len(bundle.shape)))


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
