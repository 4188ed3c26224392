import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import optim

GRADS = {
    "a": ri.tensor([3.0, 0.0], dtype="float64"),
    "b": [ri.tensor(-4.0, dtype="float64"), None],
}


def test_the_global_norm_is_the_length_of_all_leaves_together():
    assert optim.global_norm(GRADS).item() == 5.0
    assert optim.global_norm({"none": None}).item() == 0.0


def test_a_long_gradient_gets_the_length_of_the_limit_and_keeps_its_direction():
    clipped = optim.clip_by_global_norm(GRADS, 2.5)

    np.testing.assert_array_equal(clipped["a"].numpy(), [1.5, 0.0])
    assert clipped["b"][0].item() == -2.0
    assert clipped["b"][1] is None


@pytest.mark.parametrize("limit", [5.0, 5.1, 1e300])
def test_a_short_gradient_is_left_as_it_is(limit):
    clipped = optim.clip_by_global_norm(GRADS, limit)

    np.testing.assert_array_equal(clipped["a"].numpy(), GRADS["a"].numpy())


def test_with_an_eps_as_pytorchs_the_result_is_a_little_short():
    """numerics.md, row 33: 2e-7 of the length for a norm of 5."""
    length = optim.global_norm(optim.clip_by_global_norm(GRADS, 1.0, eps=1e-6))

    assert 1 - length.item() == pytest.approx(2e-7, rel=1e-3)


def test_zero_gradients_stay_zero():
    zeros = ri.tree.map(ri.zeros_like, GRADS)

    assert optim.clip_by_global_norm(zeros, 1.0)["a"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("bad", "beside"), [(math.nan, math.nan), (math.inf, 0.0)])
def test_what_is_not_finite_is_not_hidden(bad, beside):
    with np.errstate(invalid="ignore"):
        clipped = optim.clip_by_global_norm({"a": ri.tensor([bad, 1.0])}, 1.0)

    np.testing.assert_array_equal(clipped["a"].numpy(), [math.nan, beside])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_squares_of_16_bit_numbers_do_not_overflow(dtype):
    grads = [ri.full((4,), 300.0, dtype=dtype), ri.full((4,), 300.0, dtype=dtype)]

    clipped = optim.clip_by_global_norm(grads, 2.0**1.5)

    assert optim.global_norm(grads).dtype == ri.float32
    assert [x.dtype.name for x in clipped] == [dtype, dtype]
    assert clipped[0].astype("float32").tolist() == pytest.approx([1.0] * 4, rel=0.01)


def test_leaves_of_two_dtypes_keep_theirs():
    grads = [ri.ones(2), ri.ones(2, dtype="float64")]

    assert [x.dtype.name for x in optim.clip_by_global_norm(grads, 1.0)] == [
        "float32",
        "float64",
    ]


def test_clipping_by_value_moves_every_element_into_the_interval():
    clipped = optim.clip_by_value([ri.tensor([-3.0, 0.5, 3.0]), None], 1.0)

    np.testing.assert_array_equal(clipped[0].numpy(), [-1.0, 0.5, 1.0])


def test_clipping_can_be_compiled():
    compiled = ri.compile(lambda grads: optim.clip_by_global_norm(grads, 1.0))

    for x, y in zip(
        compiled(GRADS)["a"].tolist(),
        optim.clip_by_global_norm(GRADS, 1.0)["a"].tolist(),
        strict=True,
    ):
        assert x == y


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("name", ["clip_by_global_norm", "clip_by_value"])
def test_a_limit_is_above_zero(name, limit):
    with pytest.raises(
        ri.RangeError, match=f"{name}: limit must be finite and above 0, "
    ):
        getattr(optim, name)(GRADS, limit)


def test_a_length_that_overflows_makes_gradients_zero_as_in_pytorch():
    with np.errstate(over="ignore"):
        clipped = optim.clip_by_global_norm(ri.tensor([3e30, 4e30]), 1.0)

    assert clipped.tolist() == [0.0, 0.0]


def test_a_limit_and_gradients_are_numbers():
    with pytest.raises(ri.DtypeError, match=r"^clip_by_value: limit must be a real"):
        optim.clip_by_value(GRADS, None)
    with pytest.raises(ri.TreeError, match=r"^global_norm: tensors are needed, a is 1"):
        optim.global_norm({"a": 1.0})
