"""An error says who complains, what was needed and what came.

The table holds a right call of every public function of tensors. Each law spoils these
calls in one way and expects the same of all: an error of ours, whose message begins
with the name that the user wrote, not with that of a function inside.
"""

import inspect
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.op import PRIMITIVES

MATRIX = np.array([[2.0, 1.0], [1.0, 5.0]])  # positive definite
VECTOR = np.array([1.0, 2.0, 4.0])
IMAGE = np.ones((1, 1, 3, 3))
LABELS = np.array([0, 1])


@dataclass(frozen=True)
class Call:
    """A right call: the name, arrays for the operands, and other arguments."""

    name: str
    arrays: tuple[np.ndarray, ...]
    options: dict[str, Any] = field(default_factory=dict)

    def __call__(self, operands, **options):
        function = getattr(ri, self.name)
        if self.name in ("concat", "stack"):
            operands = (operands,)
        if self.name == "einsum":
            operands = ("ij,jk", *operands)
        return function(*operands, **{**self.options, **options})

    def operands(self):
        return [ri.tensor(array) for array in self.arrays]

    def spoiled(self, spoil):
        """The operands with one of them spoiled, each in its turn."""
        for position, array in enumerate(self.arrays):
            operands = self.operands()
            operands[position] = spoil(array)
            yield operands


def elementwise_call(op):
    count = len(op.__signature__.parameters)
    dtype = ri.float64 if "f" in op.kinds else ri.int64
    return Call(op.name, (np.full((2, 2), np.mean(op.domain), dtype),) * count)


def names(text):
    """The words of a text; a list of so many would take a page."""
    return text.split()


TABLE = [
    *(
        elementwise_call(op)
        for op in PRIMITIVES.values()
        if op.kind == "elementwise" and not op.compute.__name__.startswith("_")
    ),
    *(
        Call(name, (MATRIX,))
        for name in names("""
            abs all any argmax argmin argsort argwhere cholesky count_nonzero det diag
            diagonal diff digamma eigh eigvalsh empty_like expand_dims flatten flip inv
            log_softmax logsumexp matrix_norm matrix_rank matrix_transpose max mean
            median min nonzero norm ones_like pinv positive prod qr rsqrt sign slogdet
            softmax sort std stop_gradient sum svd svdvals trace tril triu unstack var
            zeros_like
        """)
    ),
    Call("astype", (MATRIX,), {"dtype": "int32"}),
    Call("broadcast_to", (MATRIX,), {"shape": (3, 2, 2)}),
    Call("full_like", (MATRIX,), {"fill_value": 1}),
    Call("getitem", (MATRIX,), {"index": 0}),
    Call("matrix_power", (MATRIX,), {"n": 2}),
    Call("moveaxis", (MATRIX,), {"source": 0, "destination": 1}),
    Call("pad", (MATRIX,), {"widths": 1}),
    Call("polygamma", (MATRIX,), {"order": 1}),
    Call("permute_dims", (MATRIX,), {"axes": (1, 0)}),
    Call("quantile", (MATRIX,), {"q": 0.5}),
    Call("repeat", (MATRIX,), {"repeats": 2}),
    Call("reshape", (MATRIX,), {"shape": (4,)}),
    Call("roll", (MATRIX,), {"shift": 1}),
    Call("split", (MATRIX,), {"sections": 2}),
    Call("swapaxes", (MATRIX,), {"axis1": 0, "axis2": 1}),
    Call("take", (MATRIX,), {"indices": LABELS, "axis": 0}),
    Call("take_along_axis", (MATRIX,), {"indices": np.array([[0, 1]])}),
    Call("tile", (MATRIX,), {"repetitions": 2}),
    Call("topk", (MATRIX,), {"k": 1}),
    Call("squeeze", (MATRIX[:1],)),
    Call("cumulative_prod", (VECTOR,)),
    Call("cumulative_sum", (VECTOR,)),
    *(Call(name, (MATRIX + 1j,)) for name in names("angle conj imag real")),
    Call("avg_pool", (IMAGE,), {"size": 2}),
    Call("max_pool", (IMAGE,), {"size": 2}),
    Call("bitwise_invert", (LABELS,)),
    Call("one_hot", (LABELS,), {"classes": 2}),
    *(
        Call(name, (MATRIX, MATRIX))
        for name in names("concat einsum lstsq matmul pow solve stack tensordot")
    ),
    *(
        Call(name, (VECTOR, VECTOR))
        for name in names("broadcast_arrays cross meshgrid outer searchsorted vecdot")
    ),
    *(Call(name, (IMAGE, IMAGE)) for name in names("conv conv_transpose")),
    Call("clip", (MATRIX, MATRIX, MATRIX)),
    Call("where", (MATRIX > 1, MATRIX, MATRIX)),
    Call("scatter_add", (MATRIX, LABELS, MATRIX)),
    Call("softmax_cross_entropy", (MATRIX, LABELS)),
]
CALLS = {call.name: call for call in TABLE}

# These make tensors from something else, or wait for an index (`at`).
OF_NO_TENSOR = {
    *names("arange asarray at empty eye from_dlpack full linspace ones zeros")
}

# Each operand may lie where it likes, or has a place of its own in the result.
OF_SEVERAL_DEVICES = {"broadcast_arrays", "meshgrid"}


def has_several_operands(call):
    return len(call.arrays) > 1


def calls(which=lambda call: True, without=()):
    """Run a test for those calls that a question is answered with yes for."""
    chosen = [
        call for name, call in CALLS.items() if name not in without and which(call)
    ]
    return pytest.mark.parametrize("call", chosen, ids=lambda call: call.name)


def refused(call, kind, *parts):
    """Expect an error of a kind whose message has these parts in this order."""
    return pytest.raises(kind, match=rf"^{call.name}: .*{'.*'.join(parts)}")


def test_the_table_has_every_public_function_of_tensors():
    public = {
        name
        for name in ri.__all__
        if getattr(getattr(ri, name), "__module__", "").startswith(
            "reference_impl.core.ops"
        )
    }

    assert public - OF_NO_TENSOR == CALLS.keys()


@calls()
def test_the_calls_of_the_table_are_right(call):
    call(call.operands())


JUNK = {
    "text": ("seven", ri.DtypeError, "numbers are needed"),
    "None": (None, ri.DtypeError, "numbers are needed"),
    "dict": ({"x": 1}, ri.DtypeError, "numbers are needed"),
    "objects": (np.array([None, 1]), ri.DtypeError, "numbers are needed"),
    "ragged": ([[1.0], [1.0, 2.0]], ri.ShapeError, "ragged"),
}


@pytest.mark.parametrize(("junk", "kind", "needed"), JUNK.values(), ids=JUNK)
@calls()
def test_what_is_no_tensor_is_refused(call, junk, kind, needed):
    for operands in call.spoiled(lambda array: junk):
        if call.name == "clip" and junk is None and operands[0] is not None:
            continue  # there is no such bound
        with refused(call, kind, re.escape(repr(junk)), "is no tensor", needed):
            call(operands)


@calls()
def test_a_freed_tensor_is_named(call):
    def freed(array):
        x = ri.tensor(array)
        x.free()
        return x

    for operands in call.spoiled(freed):
        with refused(call, ri.FreedError, r"tensor of shape \(", "was freed"):
            call(operands)


@calls(has_several_operands, without=OF_SEVERAL_DEVICES)
def test_operands_on_two_devices_are_refused(call, make_device):
    make_device(name="other")
    places = "(cpu and other|other and cpu)"
    for operands in call.spoiled(lambda array: ri.tensor(array, device="other")):
        with refused(call, ri.DeviceError, f"different devices, {places}", "to_device"):
            call(operands)


def takes_axis(call):
    return "axis" in inspect.signature(getattr(ri, call.name)).parameters


@pytest.mark.parametrize("axis", [9, -9])
@calls(takes_axis)
def test_an_axis_that_is_not_there_is_refused(call, axis):
    with refused(call, ri.ShapeError, rf"axis {axis}"):
        call(call.operands(), axis=axis)


# Functions that move, add or count elements of any kind.
OF_ANY_DTYPE = {
    *names("""
        all any argwhere broadcast_arrays broadcast_to concat conj count_nonzero
        cumulative_prod cumulative_sum diag diagonal empty_like expand_dims flatten flip
        full_like getitem imag matrix_transpose meshgrid moveaxis nonzero ones_like pad
        permute_dims prod real repeat reshape roll scatter_add split squeeze stack
        stop_gradient sum swapaxes take take_along_axis tile trace tril triu unstack
        zeros_like
    """)
}

# Functions that take no complex numbers; what is in neither set takes no booleans.
OF_ORDERED = {
    *names("""
        argmax argmin argsort astype bitwise_invert clip log_softmax logsumexp max
        max_pool median min one_hot quantile searchsorted softmax sort topk where
    """)
}


def wrong_dtype(call):
    """A dtype for which a function has no meaning, if there is one."""
    op = PRIMITIVES.get(call.name)
    if op is getattr(ri, call.name):
        dtypes = ri.bool, ri.int32, ri.float32, ri.complex64
        return next((dtype for dtype in dtypes if dtype.kind not in op.kinds), None)
    if call.name in OF_ANY_DTYPE:
        return None
    return ri.complex64 if call.name in OF_ORDERED else ri.bool


@calls(wrong_dtype)
def test_elements_without_a_meaning_are_refused(call):
    dtype = wrong_dtype(call)
    operands = [ri.tensor(array.astype(dtype)) for array in call.arrays]

    with refused(call, ri.DtypeError, rf"(needed.*{dtype} came|hold {dtype}); "):
        call(operands)


# The indices of `scatter_add` and the arrays of `broadcast_arrays` may differ in dtype.
@calls(has_several_operands, without={"scatter_add", "broadcast_arrays"})
def test_kinds_of_dtypes_do_not_mix_by_themselves(call):
    def of_another_kind(array):
        return ri.tensor(array.astype("bool" if array.dtype.kind == "i" else "int32"))

    for operands in call.spoiled(of_another_kind):
        with refused(
            call, ri.DtypeError, "(float64|int64|int32|bool)", "(convert|came)"
        ):
            call(operands)


# Shapes of operands that a function cannot use as the table calls it.
SHAPES = {
    **dict.fromkeys(names("matmul einsum tensordot"), ((2, 3), (4, 5))),
    **dict.fromkeys(names("solve lstsq"), ((2, 2), (3, 1))),
    **dict.fromkeys(names("outer meshgrid searchsorted"), ((2, 2), (2,))),
    **dict.fromkeys(names("concat stack"), ((2, 2), (3, 3))),
    **dict.fromkeys(names("conv conv_transpose"), ((1, 2, 3, 3), (1, 1, 3, 3))),
    "cross": ((2,), (2,)),
    "scatter_add": ((3, 2), (2,), (5, 2)),
    **dict.fromkeys(
        names("cholesky det eigh eigvalsh inv matrix_power slogdet"), ((2, 3),)
    ),
    **dict.fromkeys(
        names("diagonal matrix_norm matrix_rank matrix_transpose pinv qr svd svdvals"),
        ((3,),),
    ),
    **dict.fromkeys(names("trace tril triu"), ((3,),)),
    **dict.fromkeys(names("argmax argmin max median min quantile"), ((0,),)),
    **dict.fromkeys(names("avg_pool max_pool"), ((3, 3),)),
    **dict.fromkeys(names("cumulative_prod cumulative_sum"), ((2, 2),)),
    **dict.fromkeys(names("broadcast_to reshape"), ((5,),)),
    **dict.fromkeys(names("diag getitem nonzero"), ((),)),
}


def unequal(call):
    count = len(call.arrays)
    several = ((3,), (4,), (4,))[:count] if count > 1 else None
    return SHAPES.get(call.name, several)


@calls(unequal)
def test_shapes_that_do_not_fit_are_named(call):
    shapes = unequal(call)
    operands = [
        ri.ones(shape, dtype=array.dtype)
        for shape, array in zip(shapes, call.arrays, strict=True)
    ]

    with refused(call, (ri.ShapeError, ri.IndexRangeError)) as caught:
        call(operands)
    assert any(str(shape) in str(caught.value) for shape in shapes)


# What is asked whether it is true, what begins with its own name, and what is a tensor.
FREE = {*names("dtype device keepdims stable descending include_initial endpoint")}
OPERANDS = {*names("prepend append value fill_value index indices sorter")}


def options(call):
    """What a function is told besides its operands and what it is asked to do."""
    parameters = inspect.signature(getattr(ri, call.name)).parameters.values()
    named = [p.name for p in parameters if p.kind == p.KEYWORD_ONLY]
    asked = {p.name for p in parameters if isinstance(p.default, bool)}
    return {*named, *call.options} - FREE - OPERANDS - asked


@pytest.mark.parametrize("junk", [{"x": 1}, "seven", [[1], [2, 3]], 1j], ids=str)
@calls(options)
def test_options_without_a_meaning_are_refused(call, junk):
    for name in options(call):
        with refused(call, ri.MappingError):
            call(call.operands(), **{name: junk})
