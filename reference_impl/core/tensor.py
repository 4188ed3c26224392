"""The tensor: a node of a graph.

A tensor knows its shape and dtype. It holds data (eager), or stands for data that is
not known yet (a symbol). A tensor that a derivative or a capture may ask about also
remembers the op that made it and that op's inputs: these references are the graph,
there is no other record.

Two integers carry what other frameworks keep in tapes and trace levels. `serial`
counts tensors, so sorting by it is a topological order. `root` is the serial of the
oldest variable that the tensor depends on, or `UNTRACKED`.

The scheme rests on one sentence: a derivative makes its variables when it begins, so
those of an enclosing derivative are older than those of an enclosed one. A tensor whose
root is not older than a derivative's first variable therefore depends on nothing that
anybody outside could ask about. (`backward` knows no inside and outside, so it is told
whether to keep the graph.)
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .device import HOST, Device, as_device
from .dlpack import CPU as DLPACK_CPU
from .dlpack import exported
from .dtype import Dtype, as_dtype
from .errors import (
    DeviceError,
    FreedError,
    GradientError,
    NoValueError,
    RangeError,
    ShapeError,
)
from .shape import Shape

UNTRACKED = 2**63
NO_ATTRS: dict[str, Any] = {}
FREED: Any = object()  # the data of a tensor that was freed by hand

# Functions by name, filled where they are declared. The one late binding of the
# framework: a tensor's operators are ops, and ops are made of tensors. What stands
# below the ops finds them here too (operands that are stretched, rules in `kinds`),
# and so does an op whose derivative is an op of a module that imports it.
FUNCTIONS: dict[str, Callable[..., Tensor]] = {}

# Namespaces by the version of the Array API standard that they follow, filled by the
# package above that makes them.
NAMESPACES: dict[str, Any] = {}

_serial = itertools.count()


def now() -> int:
    """A serial that is greater than all before and less than all that follow."""
    return next(_serial)


def _operator(name: str) -> Any:
    def apply(self: Tensor, other: Any) -> Tensor:
        return FUNCTIONS[name](self, other)

    return apply


def _reflected(name: str) -> Any:
    def apply(self: Tensor, other: Any) -> Tensor:
        return FUNCTIONS[name](other, self)

    return apply


def _method(name: str) -> Any:
    def apply(self: Tensor, *args: Any, **options: Any) -> Tensor:
        return FUNCTIONS[name](self, *args, **options)

    apply.__doc__ = f"See `reference_impl.{name}`."
    return apply


class Tensor:
    """An immutable array of one dtype; `ri.tensor` makes one from data.

    Operators and methods are the functions of the same meaning in `reference_impl`.
    """

    __slots__ = (
        "__weakref__",
        "attrs",
        "data",
        "device",
        "dtype",
        "inputs",
        "op",
        "root",
        "serial",
        "shape",
    )
    __array_priority__ = 1000  # NumPy arrays on the left leave the operator to us

    def __init__(
        self,
        data: Any,
        shape: Shape,
        dtype: Dtype,
        op: Any = None,
        inputs: tuple[Tensor, ...] = (),
        attrs: dict[str, Any] = NO_ATTRS,
        root: int = UNTRACKED,
        device: Device = HOST,
    ) -> None:
        self.data = data
        self.shape = shape
        self.dtype = dtype
        self.op = op
        self.inputs = inputs
        self.attrs = attrs
        self.root = root
        self.device = device
        self.serial = next(_serial)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """The size of the elements in bytes."""
        return self.size * self.dtype.itemsize

    @property
    def T(self) -> Tensor:
        """The matrix, or every matrix of a batch, with rows and columns exchanged."""
        return FUNCTIONS["matrix_transpose"](self)

    @property
    def mT(self) -> Tensor:
        """The same as `T`, under the Array API's name for batches."""
        return FUNCTIONS["matrix_transpose"](self)

    @property
    def real(self) -> Tensor:
        """The real part."""
        return FUNCTIONS["real"](self)

    @property
    def imag(self) -> Tensor:
        """The imaginary part."""
        return FUNCTIONS["imag"](self)

    @property
    def at(self) -> Any:
        """Functional updates: `x.at[i].set(y)` is `x` with other elements at `i`."""
        return FUNCTIONS["at"](self)

    def numpy(self) -> np.ndarray:
        """The elements as a NumPy array that cannot be written to.

        Raises
        ------
        NoValueError
            If the tensor has no data yet, because a function is being captured.
        FreedError
            If the tensor has been freed.
        """
        view = self.device.get(value(self, "numpy")).view()
        view.flags.writeable = False
        return view

    def item(self) -> bool | int | float | complex:
        """The only element as a Python scalar.

        Raises
        ------
        ShapeError
            If there is not exactly one element.
        """
        if self.size != 1:
            raise ShapeError(f"item: one element is needed, the shape is {self.shape}")
        return value(self, "item").item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python scalars."""
        return self.numpy().tolist()

    def free(self) -> None:
        """Let go of the elements now; reading them afterwards is an error.

        Raises
        ------
        FreedError
            If they are gone already.
        """
        label = self.device.label(value(self, "free"))
        if self.op is None and label is not None:
            # Nobody reads the attributes of a tensor without an op: room for a name.
            self.attrs = {"maker": label.maker}
        self.data = FREED

    def reshape(self, *shape: Any) -> Tensor:
        """The same elements under another shape: sizes, or one tuple of sizes."""
        return FUNCTIONS["reshape"](self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in another order, reversed by default; see `permute_dims`."""
        order = axes[0] if len(axes) == 1 else axes or tuple(reversed(range(self.ndim)))
        return FUNCTIONS["permute_dims"](self, order)

    def to_device(self, device: str | Device, /, *, stream: Any = None) -> Tensor:
        """The same elements on another device.

        Raises
        ------
        DeviceError
            If there is no such device, or a `stream` is asked for: there are none.
        GradientError
            If a derivative is about the tensor: it does not reach across devices.
        """
        if stream is not None:
            raise DeviceError(f"to_device: there are no streams, {stream!r} came")
        place = as_device(device)
        if place is self.device:
            return self
        _check_untracked(self, "to_device", reader=f"device {place.name}")
        return FUNCTIONS["tensor"](self.numpy(), device=place)

    astype = _method("astype")
    sum, prod, mean = map(_method, ("sum", "prod", "mean"))
    max, min, var, std = map(_method, ("max", "min", "var", "std"))
    argmax, argmin = map(_method, ("argmax", "argmin"))
    any, all = map(_method, ("any", "all"))
    sort, argsort = map(_method, ("sort", "argsort"))
    cumsum, cumprod = map(_method, ("cumulative_sum", "cumulative_prod"))
    squeeze, flatten, take = map(_method, ("squeeze", "flatten", "take"))
    clip, round, conj = map(_method, ("clip", "round", "conj"))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        _check_untracked(self, "array", reader="NumPy")
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __array_namespace__(self, /, *, api_version: str | None = None) -> Any:
        version = max(NAMESPACES) if api_version is None else api_version
        if version not in NAMESPACES:
            raise RangeError(
                f"array_namespace: the versions {sorted(NAMESPACES)} of the standard "
                f"are there, {api_version!r} came"
            )
        return NAMESPACES[version]

    def __dlpack__(
        self,
        /,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[Any, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        _check_untracked(self, "dlpack", reader="another framework")
        return exported(
            self.device.get(value(self, "dlpack")),
            stream=stream,
            max_version=max_version,
            dl_device=dl_device,
            copy=copy,
        )

    def __dlpack_device__(self, /) -> tuple[int, int]:
        return DLPACK_CPU  # where `__dlpack__` puts the elements, wherever they lie

    def __reduce__(self) -> Any:
        # Serials mean something in this process only.
        return FUNCTIONS["tensor"], (np.asarray(self),)

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: Any) -> Tensor:
        return self

    def __bool__(self) -> bool:
        return bool(self.item())

    def __int__(self) -> int:
        return int(self.item())  # type: ignore[arg-type]

    def __float__(self) -> float:
        return float(self.item())  # type: ignore[arg-type]

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        return operator.index(self.item())  # type: ignore[arg-type]

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len: a tensor without axes has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        len(self)  # which raises what is wrong without axes
        return iter(FUNCTIONS["unstack"](self))

    def __getitem__(self, index: Any) -> Tensor:
        return FUNCTIONS["getitem"](self, index)

    def __setitem__(self, index: Any, elements: Any) -> None:
        raise TypeError(
            "a tensor cannot be written to; `x = x.at[index].set(elements)` is `x` "
            "with other elements at that index"
        )

    def __repr__(self) -> str:
        if self.data is None or self.data is FREED:
            state = "freed" if self.data is FREED else "no value yet"
            return f"<{self.dtype}{list(self.shape)}, {state}>"
        array = self.device.get(self.data)
        elements = np.array2string(array, separator=", ", prefix="tensor(")
        return f"tensor({elements}, dtype={self.dtype})"

    def __format__(self, spec: str) -> str:
        if not spec and (self.shape or self.data is None or self.data is FREED):
            return repr(self)
        if self.shape:
            raise ShapeError(
                f"format: a single number is needed for {spec!r}, the shape is "
                f"{self.shape}"
            )
        return format(value(self, "format").item(), spec)

    __add__, __radd__ = _operator("add"), _reflected("add")
    __sub__, __rsub__ = _operator("subtract"), _reflected("subtract")
    __mul__, __rmul__ = _operator("multiply"), _reflected("multiply")
    __truediv__, __rtruediv__ = _operator("divide"), _reflected("divide")
    __floordiv__ = _operator("floor_divide")
    __rfloordiv__ = _reflected("floor_divide")
    __mod__, __rmod__ = _operator("remainder"), _reflected("remainder")
    __pow__, __rpow__ = _operator("pow"), _reflected("pow")
    __matmul__, __rmatmul__ = _operator("matmul"), _reflected("matmul")
    __and__, __rand__ = _operator("bitwise_and"), _reflected("bitwise_and")
    __or__, __ror__ = _operator("bitwise_or"), _reflected("bitwise_or")
    __xor__, __rxor__ = _operator("bitwise_xor"), _reflected("bitwise_xor")
    __lshift__ = _operator("bitwise_left_shift")
    __rlshift__ = _reflected("bitwise_left_shift")
    __rshift__ = _operator("bitwise_right_shift")
    __rrshift__ = _reflected("bitwise_right_shift")
    __gt__, __lt__ = _operator("greater"), _operator("less")
    __ge__, __le__ = _operator("greater_equal"), _operator("less_equal")
    __ne__, __eq__ = _operator("not_equal"), _operator("equal")
    __neg__, __pos__ = _method("negative"), _method("positive")
    __abs__, __invert__ = _method("abs"), _method("bitwise_invert")

    __hash__ = object.__hash__


def known(array: np.ndarray, device: Device = HOST) -> Tensor:
    """A tensor around an array, without a copy and without a history."""
    return Tensor(array, array.shape, array.dtype, device=device)


def symbol(shape: Shape, dtype: Dtype, device: Device = HOST) -> Tensor:
    """A tensor without data: an input of a graph."""
    return as_variable(Tensor(None, shape, dtype, device=device))


def symbol_like(x: Any) -> Tensor:
    """A symbol in place of a tensor or a NumPy array."""
    if isinstance(x, Tensor):
        return symbol(x.shape, x.dtype, x.device)
    return symbol(x.shape, as_dtype(x.dtype))  # refuses what `tensor` would refuse


def variable(x: Any) -> Tensor:
    """A tensor of equal value that results are traced back to, and no further.

    A variable of a tensor that is itself traced stays connected to it, through an op.
    So a derivative inside a derivative never confuses its variable with the outer one.
    """
    if x.__class__ is not Tensor:
        x = FUNCTIONS["tensor"](x)
    if x.root != UNTRACKED:
        return FUNCTIONS["identity"](x)
    data = value(x, "variable")
    return as_variable(Tensor(data, x.shape, x.dtype, device=x.device))


def as_variable(x: Tensor) -> Tensor:
    """The same tensor, declared to be the root of what is computed from it."""
    x.root = x.serial
    return x


def detached(x: Tensor) -> Tensor:
    """A tensor of equal value without a history."""
    if x.data is FREED:
        check_not_freed(x, "grad")
    return Tensor(x.data, x.shape, x.dtype, device=x.device)


def value(x: Tensor, who: str) -> np.ndarray:
    """The elements of a tensor, or an error that says why there are none."""
    check_not_freed(x, who)
    if x.data is None:
        raise NoValueError(
            f"{who}: the value of {x!r} is not known while the function is captured. "
            f"What depends on it must be an op: write `where(condition, a, b)` instead "
            f"of `if` to choose elements, `cond` to choose what is computed, `scan` "
            f"instead of `for` over an axis, `while_loop` instead of `while`; or read "
            f"the value outside of what is captured"
        )
    return x.data


def _check_untracked(x: Tensor, who: str, *, reader: str) -> None:
    """Raise a `GradientError` if somebody may ask for the derivative of a tensor."""
    value(x, who)
    if x.root != UNTRACKED:
        raise GradientError(
            f"{who}: {reader} would lose how this tensor was computed, and with it the "
            f"derivative; use the functions of reference_impl, or `numpy()` to look at "
            f"the value"
        )


def check_not_freed(x: Tensor, who: str) -> None:
    """Raise a `FreedError` if the elements of a tensor are gone."""
    if x.data is FREED:
        maker = x.attrs.get("maker") if x.op is None else x.op.name
        made = f", made by {maker}," if maker else ""
        raise FreedError(
            f"{who}: the {x.dtype} tensor of shape {x.shape}{made} was freed"
        )
