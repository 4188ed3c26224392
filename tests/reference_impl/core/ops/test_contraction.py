import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

RNG = np.random.default_rng(0)


def drawn(*shapes):
    return [RNG.normal(size=shape) for shape in shapes]


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
