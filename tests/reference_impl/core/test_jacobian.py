"""Jacobians and Hessians against closed forms, in both modes."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import GradientError

RNG = np.random.default_rng(3)
A, X = RNG.normal(size=(2, 3)), RNG.normal(size=3)

both_modes = pytest.mark.parametrize("mode", ["reverse", "forward"])


@both_modes
def test_the_jacobian_of_a_linear_map_is_its_matrix(mode):
    a = ri.tensor(A)

    jacobian = ri.jacobian(lambda x: (a @ x.reshape(3, 1)).reshape(2), mode=mode)

    np.testing.assert_array_equal(jacobian(ri.tensor(X)), A)
    np.testing.assert_array_equal(ri.compile(jacobian)(ri.tensor(X)), A)


@both_modes
def test_axes_of_the_result_come_before_those_of_the_argument(mode):
    came = ri.jacobian(lambda a: a.T, mode=mode)(ri.tensor(A))

    assert came.shape == (3, 2, 2, 3)
    needed = np.einsum("il,jk->ijkl", np.eye(3), np.eye(2))
    np.testing.assert_array_equal(came, needed)


@both_modes
def test_a_jacobian_of_trees_is_a_tree_of_trees(mode):
    def function(params, scale):
        return {"y": params["w"] * scale, "z": ri.sum(params["b"])}

    params = {"w": ri.tensor(X), "b": ri.tensor(X)}
    came = ri.jacobian(function, (0, 1), mode=mode)(params, ri.tensor(np.float64(2)))

    by_params, by_scale = came["y"]
    np.testing.assert_array_equal(by_params["w"], 2 * np.eye(3))
    np.testing.assert_array_equal(by_params["b"], np.zeros((3, 3)))
    np.testing.assert_array_equal(by_scale, X)
    np.testing.assert_array_equal(came["z"][0]["b"], np.ones(3))


@both_modes
@pytest.mark.parametrize("sizes", [(0, 3), (3, 0)], ids=str)
def test_an_empty_side_gives_an_empty_jacobian(mode, sizes):
    rows, columns = sizes
    a = ri.zeros(sizes, dtype=ri.float64)

    came = ri.jacobian(lambda x: (a @ x.reshape(columns, 1)).reshape(rows), mode=mode)

    assert came(ri.ones(columns, dtype=ri.float64)).shape == sizes


def cubic(x):
    return ri.sum(x * x * x) + x[0] * x[1]


def test_a_hessian_holds_all_second_derivatives():
    needed = np.diag(6 * X)
    needed[0, 1] = needed[1, 0] = 1

    for hessian in (ri.hessian(cubic), ri.compile(ri.hessian(cubic))):
        np.testing.assert_allclose(hessian(ri.tensor(X)), needed, rtol=1e-14)


def test_a_hessian_of_trees_has_a_block_for_each_pair_of_leaves():
    def energy(p):
        return ri.sum(p["x"] * p["x"] * p["y"])

    p = {"x": ri.tensor(X), "y": ri.tensor(X + 1)}
    came = ri.hessian(energy)(p)

    np.testing.assert_allclose(came["x"]["x"], np.diag(2 * (X + 1)), rtol=1e-14)
    np.testing.assert_allclose(came["x"]["y"], np.diag(2 * X), rtol=1e-14)
    np.testing.assert_allclose(came["y"]["x"], np.diag(2 * X), rtol=1e-14)
    np.testing.assert_array_equal(came["y"]["y"], np.zeros((3, 3)))


def test_a_hessian_times_a_direction_needs_no_hessian():
    x, t = ri.tensor(X), ri.tensor(A[0])

    (came,) = ri.hvp(cubic, (x,), (t,))

    needed = ri.hessian(cubic)(x).numpy() @ A[0]
    np.testing.assert_allclose(came, needed, rtol=1e-13)


def test_the_derivative_of_a_jacobian_is_there():
    def norm(x):
        jacobian = ri.jacobian(lambda x: x * x * x)(x)
        return ri.sum(jacobian * jacobian)

    np.testing.assert_allclose(ri.grad(norm)(ri.tensor(X)), 36 * X**3, rtol=1e-13)


def test_an_unknown_mode_is_refused():
    with pytest.raises(GradientError, match="'sideways' came"):
        ri.jacobian(ri.exp, mode="sideways")


REAL, COMPLEX = ri.tensor(X), ri.tensor(X + 1j)


@both_modes
@pytest.mark.parametrize(
    ("function", "x", "message"),
    [
        (ri.real, COMPLEX, "argument 0 is complex128; take `real` and `imag`"),
        (lambda p: ri.real(p["z"]), {"z": COMPLEX}, "argument 0.z is complex128"),
        (ri.argsort, ri.argsort(REAL), "argument 0 is int64"),
        (lambda x: x * 1j, REAL, "result value is complex128; take `real` and `imag`"),
        (ri.argsort, REAL, "result value is int64$"),
        (lambda x: {"y": x, "i": x > 0}, REAL, "result i is bool$"),
    ],
)
def test_both_modes_refuse_what_is_not_floating_and_name_it(mode, function, x, message):
    with pytest.raises(GradientError, match=f"jacobian: .* are needed, {message}"):
        ri.jacobian(function, mode=mode)(x)


@both_modes
def test_what_a_jacobian_is_not_about_may_be_anything(mode):
    came = ri.jacobian(lambda x, n, z: x * ri.real(z)[n], mode=mode)(
        REAL, ri.tensor(1), COMPLEX
    )

    np.testing.assert_allclose(came, X[1] * np.eye(3), rtol=1e-15)


@pytest.mark.parametrize("given", [("x", (1.0,)), ((1.0,), "x"), (ri.ones(1), (1.0,))])
def test_hvp_asks_for_tuples_by_its_own_name(given):
    with pytest.raises(ri.TreeError, match=r"^hvp: (primals|tangents) must be a tuple"):
        ri.hvp(ri.exp, *given)
