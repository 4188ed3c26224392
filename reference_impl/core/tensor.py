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
anybody outside could ask about.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .device import device as find_device
from .dtype import DEFAULT, Dtype, as_dtype
from .errors import (
    DtypeError,
    FreedError,
    GradientError,
    MappingError,
    NoValueError,
    ShapeError,
)
from .shape import Shape

UNTRACKED = 2**63
NO_ATTRS: dict[str, Any] = {}
FREED: Any = object()  # the data of a tensor that was freed by hand

# Functions by name, filled where they are declared. The one late binding of the
# framework: a tensor's operators are ops, and ops are made of tensors.
FUNCTIONS: dict[str, Callable[..., Tensor]] = {}

_serial = itertools.count()


class Tensor:
    """An immutable array of one dtype; `ri.tensor` makes one from data.

    Operators, `sum`, `mean`, `reshape`, `astype` and `T` are the functions of the same
    meaning in `reference_impl`.
    """

    __slots__ = ("attrs", "data", "dtype", "inputs", "op", "root", "serial", "shape")
    __array_priority__ = 1000  # NumPy arrays on the left leave the operator to us

    def __init__(
        self,
        data: np.ndarray | None,
        shape: Shape,
        dtype: Dtype,
        op: Any = None,
        inputs: tuple[Tensor, ...] = (),
        attrs: dict[str, Any] = NO_ATTRS,
        root: int = UNTRACKED,
    ) -> None:
        self.data = data
        self.shape = shape
        self.dtype = dtype
        self.op = op
        self.inputs = inputs
        self.attrs = attrs
        self.root = root
        self.serial = next(_serial)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        size = 1
        for length in self.shape:
            size *= length
        return size

    @property
    def nbytes(self) -> int:
        """The size of the elements in bytes."""
        return self.size * self.dtype.itemsize

    @property
    def T(self) -> Tensor:
        """The matrix, or every matrix of a batch, with rows and columns exchanged."""
        return FUNCTIONS["matrix_transpose"](self)

    def numpy(self) -> np.ndarray:
        """The elements as a NumPy array that cannot be written to.

        Raises
        ------
        NoValueError
            If the tensor has no data yet, because a function is being captured.
        FreedError
            If the tensor has been freed.
        """
        view = value(self, "numpy").view()
        view.flags.writeable = False
        return view

    def item(self) -> bool | int | float:
        """The only element as a Python scalar.

        Raises
        ------
        ShapeError
            If there is not exactly one element.
        """
        if self.size != 1:
            raise ShapeError(f"item: one element is needed, the shape is {self.shape}")
        return value(self, "item").item()

    def free(self) -> None:
        """Let go of the elements now; reading them afterwards is an error.

        Raises
        ------
        FreedError
            If they are gone already.
        """
        value(self, "free")
        self.data = FREED

    def astype(self, dtype: Dtype | str) -> Tensor:
        """The elements converted to another dtype."""
        return FUNCTIONS["astype"](self, dtype)

    def reshape(self, *shape: Any) -> Tensor:
        """The same elements under another shape: sizes, or one tuple of sizes."""
        sizes = shape[0] if len(shape) == 1 else shape
        return FUNCTIONS["reshape"](self, sizes)

    def sum(self, **options: Any) -> Tensor:
        """See `reference_impl.sum`."""
        return FUNCTIONS["sum"](self, **options)

    def mean(self, **options: Any) -> Tensor:
        """See `reference_impl.mean`."""
        return FUNCTIONS["mean"](self, **options)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        value(self, "array")
        if self.root != UNTRACKED:
            raise GradientError(
                "array: NumPy would lose how this tensor was computed, and with it the "
                "derivative; use the functions of reference_impl, or `numpy()` to look "
                "at the value"
            )
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __reduce__(self) -> Any:
        # Serials mean something in this process only.
        return tensor, (np.asarray(self),)

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: Any) -> Tensor:
        return self

    def __bool__(self) -> bool:
        return bool(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len: a tensor without axes has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        raise TypeError("iteration over a tensor is not supported; use its axes whole")

    def __repr__(self) -> str:
        if self.data is None or self.data is FREED:
            state = "freed" if self.data is FREED else "no value yet"
            return f"<{self.dtype}{list(self.shape)}, {state}>"
        elements = np.array2string(self.data, separator=", ", prefix="tensor(")
        return f"tensor({elements}, dtype={self.dtype})"

    def __add__(self, other: Any) -> Tensor:
        return FUNCTIONS["add"](self, other)

    def __radd__(self, other: Any) -> Tensor:
        return FUNCTIONS["add"](other, self)

    def __sub__(self, other: Any) -> Tensor:
        return FUNCTIONS["subtract"](self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return FUNCTIONS["subtract"](other, self)

    def __mul__(self, other: Any) -> Tensor:
        return FUNCTIONS["multiply"](self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return FUNCTIONS["multiply"](other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return FUNCTIONS["divide"](self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return FUNCTIONS["divide"](other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return FUNCTIONS["matmul"](self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return FUNCTIONS["matmul"](other, self)

    def __neg__(self) -> Tensor:
        return FUNCTIONS["negative"](self)

    def __gt__(self, other: Any) -> Tensor:
        return FUNCTIONS["greater"](self, other)

    def __lt__(self, other: Any) -> Tensor:
        return FUNCTIONS["less"](self, other)

    def __ge__(self, other: Any) -> Tensor:
        return FUNCTIONS["greater_equal"](self, other)

    def __le__(self, other: Any) -> Tensor:
        return FUNCTIONS["less_equal"](self, other)

    def __ne__(self, other: Any) -> Tensor:  # type: ignore[override]
        return FUNCTIONS["not_equal"](self, other)

    def __eq__(self, other: Any) -> Tensor:  # type: ignore[override]
        return FUNCTIONS["equal"](self, other)

    __hash__ = object.__hash__


def tensor(data: Any, *, dtype: Any = None, device: str = "cpu") -> Tensor:
    """A tensor with the elements of `data`, which are copied.

    Parameters
    ----------
    data : number, nested list, NumPy array or Tensor
        NumPy arrays keep their dtype; Python floats become float32. A tensor, which
        cannot change, comes back as it is.
    dtype : dtype or str, optional
    device : str
        The name of the device that holds the elements.

    Raises
    ------
    DtypeError
        If the elements are not numbers of a supported dtype.
    ShapeError
        If nested lists have unequal lengths.
    DeviceError
        If there is no such device.
    """
    place = find_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.astype(dtype)
    try:
        array = np.asarray(data)
    except MappingError:
        raise
    except ValueError as error:
        raise ShapeError(f"tensor: the nested lists are ragged: {error}") from None
    if array.dtype.kind not in "biuf":
        raise DtypeError(f"tensor: numbers are needed, {array.dtype} came")
    if dtype is None:
        dtype = _usual_dtype(data, array)
    return known(place.put(array.astype(as_dtype(dtype), copy=False)))


def _usual_dtype(data: Any, array: np.ndarray) -> Dtype:
    """That of NumPy data, and our defaults for Python's numbers."""
    first = data
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    if type(first) in DEFAULT or isinstance(first, (list, tuple)):
        usual = {"b": DEFAULT[bool], "i": DEFAULT[int], "f": DEFAULT[float]}
        return usual.get(array.dtype.kind, array.dtype)
    return array.dtype


def known(array: np.ndarray) -> Tensor:
    """A tensor around an array, without a copy and without a history."""
    return Tensor(array, array.shape, array.dtype)


def symbol(shape: Shape, dtype: Dtype) -> Tensor:
    """A tensor without data: an input of a graph."""
    return as_variable(Tensor(None, shape, dtype))


def variable(x: Tensor) -> Tensor:
    """A tensor of equal value that results are traced back to, and no further.

    A variable of a tensor that is itself traced stays connected to it, through an op.
    So a derivative inside a derivative never confuses its variable with the outer one.
    """
    if x.root != UNTRACKED:
        return FUNCTIONS["identity"](x)
    return as_variable(Tensor(value(x, "variable"), x.shape, x.dtype))


def as_variable(x: Tensor) -> Tensor:
    """The same tensor, declared to be the root of what is computed from it."""
    x.root = x.serial
    return x


def detached(x: Tensor) -> Tensor:
    """A tensor of equal value without a history."""
    check_not_freed(x, "grad")
    return Tensor(x.data, x.shape, x.dtype)


def value(x: Tensor, who: str) -> np.ndarray:
    """The elements of a tensor, or an error that says why there are none."""
    check_not_freed(x, who)
    if x.data is None:
        raise NoValueError(
            f"{who}: the value of {x!r} is not known while the function is captured. "
            f"What depends on it must be an op: write `where(condition, a, b)` instead "
            f"of `if`, and read values outside the compiled function"
        )
    return x.data


def check_not_freed(x: Tensor, who: str) -> None:
    """Raise a `FreedError` if the elements of a tensor are gone."""
    if x.data is FREED:
        raise FreedError(f"{who}: the tensor of shape {x.shape} was freed")
