"""What an op is given: so many operands, of our dtypes, and numbers as they are."""

import pickle

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DeviceError
from reference_impl.core.op import PRIMITIVES

X = np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "op", [op for op in PRIMITIVES.values() if op.writes_out], ids=lambda op: op.name
)
def test_an_operand_too_many_is_refused_and_nothing_is_written(op):
    count = len(op.__signature__.parameters)
    x = ri.tensor(np.eye(3))

    with pytest.raises(TypeError, match=rf"^{op.name}: {count} operands are needed"):
        op(*[x] * (count + 1))
    with pytest.raises(TypeError, match=f"{count} operands are needed, 0 came"):
        op()
    np.testing.assert_array_equal(x, np.eye(3))


def test_rounding_to_decimals_is_no_second_operand():
    with pytest.raises(TypeError):
        ri.tensor(3.7).round(2)

    assert (ri.tensor(1.0) * 2).item() == 2


def test_an_unpickled_mask_is_a_mask():
    mask = pickle.loads(pickle.dumps(np.array([True, False, True])))

    assert ri.tensor(X)[mask].tolist() == [1.0, 3.0]
    assert ri.tensor(X)[ri.tensor(mask)].tolist() == [1.0, 3.0]
    assert ri.tensor(mask).dtype is ri.bool


def test_a_complex_number_keeps_the_signs_of_its_zeros():
    one = ri.ones((), dtype="complex128")
    compiled = ri.compile(lambda x, z: ri.sqrt(x * z))

    for imaginary in (0.0, -0.0, 0.0):
        z = complex(-1, imaginary)
        assert ri.sqrt(one * z).item() == compiled(one, z).item() == np.sqrt(z)


def test_the_gradient_of_a_mean_of_many_halves_is_their_share():
    x = ri.ones(100_000, dtype="float16")

    gradient = ri.grad(ri.mean)(x)

    np.testing.assert_array_equal(gradient, np.float16(1e-5))


def test_a_device_needs_no_name_that_others_know():
    stranger = ri.CPU(name="stranger", capacity_bytes=1 << 24)

    assert ri.tensor(X, device=stranger).device is stranger


@pytest.mark.parametrize("place", [7, object(), ri.CPU])
def test_what_is_no_device_is_refused(place):
    with pytest.raises(DeviceError, match="a device or its name is needed"):
        ri.tensor(X, device=place)


def test_the_history_before_a_stopped_gradient_is_let_go():
    h = w = ri.variable(ri.tensor(X))
    for _ in range(3):
        h = ri.stop_gradient(h * w)

    gradient = ri.grad(lambda x: ri.sum(ri.stop_gradient(x) * x))(ri.tensor(X))

    assert h.inputs == ()
    np.testing.assert_array_equal(gradient, X)
