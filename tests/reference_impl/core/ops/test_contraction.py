import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(2, 5, 3, 4)), RNG.normal(size=(2, 5, 4, 6))


def both_ways(function):
    return pytest.mark.parametrize(
        "run", [lambda f: f, ri.compile], ids=["eager", "compiled"]
    )(function)


def drawn(*shapes):
    return [RNG.normal(size=shape) for shape in shapes]


def test_every_pair_of_two_batches_is_multiplied():
    came = ri.matmul(ri.tensor(X), ri.tensor(Y))

    np.testing.assert_allclose(came, np.einsum("abnk,abkm->abnm", X, Y), rtol=1e-12)


@both_ways
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
    x, y = drawn(*shapes)

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


@both_ways
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
    x, y, G = drawn((5, 3, 4), (4, 6), (5, 3, 6))

    of_y = ri.grad(lambda y: ri.sum((ri.tensor(x) @ y) * ri.tensor(G)))(ri.tensor(y))

    np.testing.assert_allclose(of_y, np.einsum("ank,anm->km", x, G), rtol=1e-12)


@pytest.mark.parametrize(
    ("shapes", "axis", "formula"),
    [
        (((4,), (4,)), -1, "i,i->"),
        (((3, 4), (3, 4)), -1, "ai,ai->a"),
        (((4, 3), (4, 3)), 0, "ia,ia->a"),
        (((2, 3, 4), (3, 4)), -2, "bia,ia->ba"),
        (((2, 3, 4), (3, 4)), 1, "bia,ia->ba"),
        (((2, 0), (2, 0)), -1, "ai,ai->a"),
    ],
    ids=str,
)
def test_vecdot_sums_products_along_one_axis(shapes, axis, formula):
    x, y = drawn(*shapes)

    came = ri.vecdot(ri.tensor(x), ri.tensor(y), axis=axis)

    np.testing.assert_allclose(came, np.einsum(formula, x, y), rtol=1e-12, atol=1e-12)


def test_vecdot_conjugates_its_first_argument():
    assert ri.vecdot([1j, 2], [1j, 1]).item() == 1 + 2


def test_vecdot_keeps_the_dtype_of_small_integers():
    x = ri.tensor([1, 2], dtype="int8")

    assert (ri.vecdot(x, x).dtype, ri.vecdot(x, x).item()) == (ri.int8, 5)


@pytest.mark.parametrize(
    ("shapes", "axis", "message"),
    [
        (((3,), (4,)), -1, "sizes along axis -1 differ.*3 must equal 4"),
        (((3,), (1,)), -1, "3 must equal 1"),
        (((2, 3), (3,)), -2, "axis -2 is not there in both operands"),
        (((3,), (3,)), 1, "axis 1 is not there"),
    ],
    ids=str,
)
def test_vecdot_refuses_axes_that_do_not_meet(shapes, axis, message):
    with pytest.raises(ShapeError, match=f"^vecdot: .*{message}"):
        ri.vecdot(*map(ri.ones, shapes), axis=axis)


def test_outer_multiplies_each_element_by_each():
    np.testing.assert_array_equal(
        ri.outer([1, 2, 3], [10, 20]), [[10, 20], [20, 40], [30, 60]]
    )


def test_outer_of_matrices_is_refused():
    with pytest.raises(ShapeError, match=r"^outer: two vectors .* x is \(2, 2\)"):
        ri.outer(ri.ones((2, 2)), ri.ones(2))


@both_ways
@pytest.mark.parametrize(
    ("shapes", "axes"),
    [
        (((3, 4, 5), (4, 5, 6)), 2),
        (((3, 4), (4, 5)), 1),
        (((3,), (4, 5)), 0),
        (((3, 4, 5), (3, 4, 5)), 3),
        (((3, 4, 5), (5, 3, 2)), ((0, 2), (1, 0))),
        (((3, 4, 5), (5, 3, 2)), ((-1,), (0,))),
        (((3, 0), (0, 5)), 1),
    ],
    ids=str,
)
def test_tensordot_sums_over_pairs_of_axes_as_in_numpy(run, shapes, axes):
    x, y = drawn(*shapes)

    came = run(lambda x, y: ri.tensordot(x, y, axes=axes))(ri.tensor(x), ri.tensor(y))

    np.testing.assert_allclose(
        came, np.tensordot(x, y, axes=axes), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (3, "have no 3 axes to sum over"),
        (-1, "have no -1 axes"),
        (1, r"sizes \(4,\) must equal \(3,\)"),
        (((0, 1), (0,)), r"sizes \(3, 4\) must equal \(3,\)"),
        (((0, 0), (0, 1)), "name one axis twice"),
        (((2,), (0,)), "axis 2 is out of range"),
        (((0,),), "axes of x and axes of y are needed"),
    ],
    ids=str,
)
def test_tensordot_refuses_axes_that_do_not_meet(axes, message):
    with pytest.raises(ShapeError, match=f"^tensordot: .*{message}"):
        ri.tensordot(ri.ones((3, 4)), ri.ones((3, 4)), axes=axes)


@pytest.mark.parametrize("name", ["matmul", "vecdot", "outer", "tensordot"])
def test_products_of_booleans_are_refused(name):
    x = ri.tensor([True, False])

    with pytest.raises(DtypeError, match=f"^{name}: "):
        getattr(ri, name)(*(x, x), **({"axes": 0} if name == "tensordot" else {}))
