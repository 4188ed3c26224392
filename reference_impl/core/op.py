"""Ops: each is a law, declared once.

Here is what all have in common: how an op is applied, and how it is found by its name.
`kinds.py` says how one is declared, and `ops/` holds the declarations.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from .device import Device
from .dtype import ANY, SUPPORTED, check_kind
from .operands import Operand, common_device
from .tensor import (
    FREED,
    FUNCTIONS,
    NO_ATTRS,
    UNTRACKED,
    Tensor,
    check_not_freed,
)

Rule = Callable[..., Any]
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
    about : int, optional
        In how many inputs, the first ones, a linear op is linear; without it, in all.
    reads_values : bool
        Whether a derivative rule does more than look at shapes.

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
        about: int | None = None,
        reads_values: bool = True,
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
        self.about, self.reads_values = about, reads_values
        self._dtypes = frozenset(d for d in SUPPORTED if d.kind in kinds)

    def __repr__(self) -> str:
        return f"<{self.kind} op {self.name}>"

    def __call__(self, *operands: Operand, **attrs: Any) -> Tensor:
        """Apply the op: compute at once, or make a symbol if an input is one."""
        if len(operands) != self._arity:
            self._check_arity(operands)
        inputs = self.prepare(self.name, operands)
        first, last = inputs[0], inputs[-1]
        # Those of a bundle are a tuple, whose hash takes as long as it is.
        if first.dtype.__class__ is not tuple and first.dtype not in self._dtypes:
            check_kind(first.dtype, self.kinds, who=self.name)
        device, root = first.device, first.root
        if len(inputs) <= 2:  # 0.4 us less than the general case
            data, other = first.data, last.data
            arrays: Any = (data,) if len(inputs) == 1 else (data, other)
            is_there = data is not None and data is not FREED
            if other is None or other is FREED or last.device is not device:
                is_there = False
            if last.root < root:
                root = last.root
        else:
            arrays = [x.data for x in inputs]
            is_there = _are_there(inputs)
            root = min([x.root for x in inputs])
        if not is_there:
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

    def _check_arity(self, operands: tuple[Operand, ...]) -> None:
        if self._arity is not None or not operands:
            raise TypeError(
                f"{self.name}: {self._arity or 'one or more'} operands are needed, "
                f"{len(operands)} came"
            )

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


def _are_there(inputs: tuple[Tensor, ...]) -> bool:
    """Whether all inputs have data, on one device."""
    device = inputs[0].device
    for x in inputs:
        if x.data is None or x.data is FREED or x.device is not device:
            return False
    return True


def public(function: Function) -> Function:
    """Let tensors find a function by its name."""
    FUNCTIONS[function.__name__] = function
    return function


def registered(op: Op) -> Op:
    """Let ops be found by name.

    An underscore marks a primitive that a public function of that name prepares. A rule
    that has nothing to check calls the primitive.
    """
    PRIMITIVES[op.name] = op
    # 0.1 us less than calling the object.
    FUNCTIONS[op.compute.__name__] = op.__call__
    return op
