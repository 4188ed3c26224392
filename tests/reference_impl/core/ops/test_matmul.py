import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(2, 5, 3, 4)), RNG.normal(size=(2, 5, 4, 6))


def test_every_pair_of_two_batches_is_multiplied():
    came = ri.matmul(ri.tensor(X), ri.tensor(Y))

    np.testing.assert_allclose(came, np.einsum("abnk,abkm->abnm", X, Y), rtol=1e-12)


@pytest.mark.parametrize(
    "shapes",
    [
        ((4,), (4,)),
        ((4,), (4, 2)),
        ((3, 4), (4,)),
        ((5, 3, 4), (4,)),
        ((4,), (5, 4, 2)),
        ((5, 3, 4), (4, 2)),
        ((3, 4), (5, 4, 2)),
        ((5, 1, 3, 4), (6, 4, 2)),
        ((1, 3, 4), (5, 4, 2)),
        ((0, 3, 4), (4, 2)),
        ((0,), (0,)),
        ((0,), (0, 2)),
    ],
    ids=str,
)
def test_vectors_and_batches_are_multiplied_as_in_numpy(run, shapes):
    x, y = (RNG.normal(size=shape) for shape in shapes)

    came = run(ri.matmul)(ri.tensor(x), ri.tensor(y))

    np.testing.assert_allclose(came, x @ y, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("sizes", [(0, 4, 3), (2, 0, 3), (1, 1, 1)], ids=str)
def test_matrices_may_be_empty_or_of_one_element(sizes):
    N, K, M = sizes
    came = ri.matmul(ri.ones((N, K)), ri.ones((K, M)))

    np.testing.assert_array_equal(came, np.full((N, M), K))


def test_matrices_of_two_precisions_meet_in_the_wider():
    assert (ri.ones((2, 2)) @ ri.ones((2, 2), dtype="float64")).dtype == ri.float64


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_sixteen_bit_products_are_summed_in_float32(dtype):
    # Added one by one, 4096 ones would stop at 2048 in float16 and 256 in bfloat16.
    ones = ri.ones((1, 4096), dtype=dtype)

    assert (ones @ ones.T).item() == 4096


def test_integers_are_multiplied_exactly():
    x = np.array([[2**53 + 1, 1]])

    np.testing.assert_array_equal(ri.tensor(x) @ ri.tensor(x.T), x @ x.T)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((3, 4), (5, 2)), r"x is \(3, 4\), y is \(5, 2\); 4 must equal 5"),
        (((3, 4), (3,)), r"x is \(3, 4\), y is \(3,\); 4 must equal 3"),
        (((4,), (3, 4)), "4 must equal 3"),
        (((2, 3, 4), (3, 4, 2)), r"batches differ: x is \(2, 3, 4\)"),
        (((), ()), "vectors or matrices are needed"),
        (((3, 4), ()), r"y is \(\); a single number multiplies with `\*`"),
    ],
    ids=str,
)
def test_shapes_that_do_not_fit_are_refused_with_what_must_be_equal(
    run, shapes, message
):
    with pytest.raises(ShapeError, match=f"^matmul: .*{message}"):
        run(ri.matmul)(*map(ri.ones, shapes))


def test_matrices_of_two_kinds_are_refused():
    with pytest.raises(DtypeError, match=r"^matmul: "):
        ri.ones((2, 2)) @ ri.ones((2, 2), dtype="int64")


def test_the_gradient_of_a_product_is_a_product_with_the_transposed_other():
    G = RNG.normal(size=(2, 5, 3, 6))

    of_x, of_y = ri.grad(lambda x, y: ri.sum((x @ y) * ri.tensor(G)), argnums=(0, 1))(
        ri.tensor(X), ri.tensor(Y)
    )

    np.testing.assert_allclose(of_x, np.einsum("abnm,abkm->abnk", G, Y), rtol=1e-12)
    np.testing.assert_allclose(of_y, np.einsum("abnk,abnm->abkm", X, G), rtol=1e-12)


def test_the_gradient_of_a_matrix_that_a_batch_shares_sums_over_the_batch():
    x, y, G = (RNG.normal(size=shape) for shape in ((5, 3, 4), (4, 6), (5, 3, 6)))

    of_y = ri.grad(lambda y: ri.sum((ri.tensor(x) @ y) * ri.tensor(G)))(ri.tensor(y))

    np.testing.assert_allclose(of_y, np.einsum("ank,anm->km", x, G), rtol=1e-12)
