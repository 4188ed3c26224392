"""Numbers and arrays become tensors that fit, with as little work as it takes."""

import weakref

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, FreedError, ShapeError
from reference_impl.core.op import PRIMITIVES
from reference_impl.core.operands import aligned, as_tensors, promoted, stretched
from reference_impl.core.tensor import variable

X = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


@pytest.mark.parametrize("prepare", [as_tensors, promoted, stretched, aligned])
def test_tensors_that_fit_are_passed_on_as_they_are(prepare):
    tensors = ri.tensor(X), ri.tensor(X)

    assert prepare("test", tensors) is tensors


def test_a_tensor_beside_others_that_do_not_fit_is_not_copied():
    x = ri.tensor(X)

    came, number, array = aligned("test", (x, 2.0, X))

    assert came is x
    assert {number.dtype, array.dtype} == {x.dtype}


@pytest.mark.parametrize("middle", [2.0, X, X[0], X.astype(np.float64)], ids=type)
def test_an_operand_between_two_that_fit_is_aligned_too(middle):
    first, last = variable(ri.tensor(X)), ri.tensor(X)

    came = aligned("test", (first, middle, last))

    assert len({(x.shape, x.dtype) for x in came}) == 1


@pytest.mark.parametrize("traced", [0, 1, 2])
def test_all_operands_of_a_traced_op_have_one_shape(traced):
    operands = [ri.tensor(X), ri.tensor(X[0]), ri.tensor(5.0)]
    operands[traced] = variable(operands[traced])

    came = stretched("test", tuple(operands))

    needed = np.broadcast_arrays(X, X[0], np.float32(5))
    for x, y in zip(came, needed, strict=True):
        np.testing.assert_array_equal(x.numpy(), y)


def test_what_nobody_will_differentiate_is_left_for_numpy_to_stretch():
    operands = ri.tensor(X), ri.tensor(X[0])

    assert stretched("test", operands) is operands


@pytest.mark.parametrize("shape", [(2, 2), (0, 3), ()], ids=str)
def test_a_number_beside_a_traced_tensor_occupies_the_bytes_of_one(shape):
    _, number = aligned("test", (variable(ri.ones(shape)), 2.5))

    assert number.shape == shape
    assert number.data.strides == (0,) * len(shape)
    assert (number.numpy() == 2.5).all()


@pytest.mark.parametrize("shape", [(), (2,), (1, 2), (2, 2)], ids=str)
def test_a_freed_tensor_beside_a_traced_one_is_refused(shape):
    freed = ri.ones(shape)
    freed.free()

    with pytest.raises(FreedError):
        variable(ri.tensor(X)) * freed


def test_numbers_alone_take_their_default_dtypes():
    assert (ri.add(1, 2).dtype, ri.add(1.0, 2.0).dtype) == (ri.int64, ri.float32)


def test_broadcasting_a_traced_tensor_is_an_op_of_the_graph():
    row = variable(ri.tensor(X[0]))
    out = row + ri.tensor(X)

    assert out.inputs[0].op is PRIMITIVES["broadcast_to"]
    assert out.inputs[0].inputs == (row,)


def test_promoting_a_traced_tensor_is_an_op_of_the_graph():
    x = variable(ri.tensor(X))
    out = x + ri.ones((2, 2), dtype=ri.float64)

    assert out.inputs[0].op is PRIMITIVES["astype"]


@pytest.mark.parametrize("wrap", [ri.tensor, lambda x: variable(ri.tensor(x))])
def test_shapes_that_do_not_fit_are_refused_alike_eager_and_traced(wrap):
    with pytest.raises(ShapeError, match=r"^add: .*axis -1 has sizes 2 and 3"):
        wrap(X) + wrap(np.ones(3, np.float32))


def test_a_number_that_does_not_fit_the_dtype_is_refused():
    with pytest.raises(DtypeError, match=r"add: .* does not fit"):
        ri.tensor([1], dtype="int32") + 2**40


def test_an_integer_of_more_than_64_bits_meets_any_floating_dtype():
    for dtype in ("bfloat16", "float32", "float64"):
        x = ri.ones(2, dtype=dtype)

        assert (x * 2**64).tolist() == (2**64 * x).tolist() == [2.0**64] * 2
        assert ri.maximum(x, ri.ones((2, 2), dtype=dtype) * 2**64).shape == (2, 2)


def test_a_number_that_no_dtype_holds_is_not_spelled_out():
    with pytest.raises(DtypeError, match=r"^multiply: \d{60} does not fit") as caught:
        ri.ones(2) * 2**2000

    assert len(str(caught.value)) < 120


def test_a_number_keeps_no_device_alive(gc_disabled):
    device = ri.CPU(name="short", capacity_bytes=1 << 20)
    is_alive = weakref.ref(device)

    ri.ones(2, device=device) * 2.5
    del device

    assert is_alive() is None
