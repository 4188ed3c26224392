import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

RNG = np.random.default_rng(0)
X, Y, Z = RNG.normal(size=(3, 4, 5))

TOLERANCE = 1e-14


def test_a_cosine_is_a_product_of_directions():
    needed = (X * Y).sum(-1) / np.linalg.norm(X, axis=-1) / np.linalg.norm(Y, axis=-1)
    x, y = ri.tensor(X), ri.tensor(Y)

    np.testing.assert_allclose(nn.cosine_similarity(x, y), needed, rtol=TOLERANCE)
    np.testing.assert_allclose(
        nn.cosine_similarity(x.T, y.T, axis=0), needed, rtol=TOLERANCE
    )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_a_vector_of_zeros_is_at_right_angles_to_everything(dtype):
    x, y = ri.zeros(3, dtype=dtype), ri.ones(3, dtype=dtype)

    assert nn.cosine_similarity(x, y).item() == 0
    assert nn.cosine_similarity(x, x).item() == 0
    # The length of zero is not differentiated into something that is no number.
    gradient = ri.grad(nn.cosine_similarity)(x.astype("float64"), y.astype("float64"))
    assert np.isfinite(gradient.numpy()).all()


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_lengths_do_not_matter(scale):
    x, y = ri.tensor(X), ri.tensor(Y)

    np.testing.assert_allclose(
        nn.cosine_similarity(x * scale, y),
        nn.cosine_similarity(x, y),
        rtol=TOLERANCE,
        atol=TOLERANCE,
    )


def test_alike_pairs_shall_be_parallel_and_others_no_nearer_than_the_margin():
    x, y = ri.tensor([[1.0, 0.0]] * 3), ri.tensor([[0.6, 0.8]] * 3)
    signs = ri.tensor([1.0, -1.0, -1.0])

    came = nn.cosine_embedding(x, y, signs, margin=0.5, reduction="none")
    far = nn.cosine_embedding(x, -y, signs, margin=0.5, reduction="none")

    np.testing.assert_allclose(came, [0.4, 0.1, 0.1], rtol=1e-6)
    np.testing.assert_allclose(far, [1.6, 0, 0], rtol=1e-6)


def test_signs_that_do_not_fit_are_refused():
    with pytest.raises(
        ri.ShapeError, match=r"cosine_embedding: a sign .*\(4,\); .*\(5,\)"
    ):
        nn.cosine_embedding(ri.ones((4, 5)), ri.ones((4, 5)), ri.ones(5))


@pytest.mark.parametrize("dtype", ["int64", "float32"])
def test_a_sign_that_is_none_is_refused(dtype):
    x, signs = ri.ones((2, 3)), ri.tensor([1, 0], dtype=dtype)

    with pytest.raises(
        ri.RangeError, match=r"^cosine_embedding: signs .* 1 or -1, 0.* came at \(1,\)"
    ):
        nn.cosine_embedding(x, x, signs)


@pytest.mark.parametrize("axis", [2, -3])
def test_an_axis_that_is_not_there_is_refused(axis):
    with pytest.raises(ri.AxisError, match=f"^cosine_similarity: axis {axis}"):
        nn.cosine_similarity(ri.ones((2, 3)), ri.ones((2, 3)), axis=axis)


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("ord", [1, 2, math.inf])
def test_a_triplet_compares_two_distances(ord, swap):
    def distance(x, y):
        return np.linalg.norm(x - y + 1e-6, ord=ord, axis=-1)

    far = np.minimum(distance(X, Z), distance(Y, Z)) if swap else distance(X, Z)
    needed = np.maximum(0, distance(X, Y) - far + 0.5)

    came = nn.triplet_margin(
        *map(ri.tensor, (X, Y, Z)), margin=0.5, ord=ord, swap=swap, reduction="none"
    )

    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


def test_equal_vectors_have_a_gradient():
    x = ri.ones((2, 3))

    value, gradient = ri.value_and_grad(nn.triplet_margin)(x, x, x)

    assert value.item() == 1
    assert np.isfinite(gradient.numpy()).all()


def test_vectors_of_other_shapes_are_refused():
    with pytest.raises(
        ri.ShapeError, match=r"triplet_margin: .* anchor .* negative is"
    ):
        nn.triplet_margin(ri.ones((2, 3)), ri.ones((2, 3)), ri.ones((2, 4)))
