"""What has no derivative is refused, and by name."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import FreedError, GradientError, TreeError

X = np.array([1.0, 2.0], np.float32)


def zero(parts):
    return ri.tensor(0.0)


def product(x, y):
    return x * y


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ({"weight": 1.0, "count": 3}, "count is int64"),
        ([1.0, {"mask": True}], "1.mask is bool"),
        ((1.0, np.int32(2)), "1 is int32"),
    ],
    ids=str,
)
def test_a_leaf_without_fractions_is_refused_by_name(argument, name):
    with pytest.raises(GradientError, match=rf"^grad: .* argument 0\.{name}"):
        ri.grad(zero)(argument)
    with pytest.raises(GradientError, match=rf"^jvp: .* argument 0\.{name}"):
        ri.jvp(zero, (argument,), (argument,))


@pytest.mark.parametrize(
    ("function", "came"),
    [
        (lambda x: x, r"float32\[2\]"),
        (lambda x: ri.sum(x, keepdims=True), r"float32\[1\]"),
        (lambda x: ri.sum(x) > 0, r"bool\[\]"),
        (lambda x: ri.sum(x).astype("int64"), r"int64\[\]"),
        (lambda x: 1.0, "float"),
        (lambda x: (ri.sum(x), x), "tuple"),
        (lambda x: None, "NoneType"),
    ],
)
def test_a_result_that_is_no_floating_scalar_is_refused(function, came):
    with pytest.raises(GradientError, match=rf"one floating-point number, {came} came"):
        ri.grad(function)(ri.tensor([1.0, 2.0]))


@pytest.mark.parametrize("argnums", [2, (0, 2), -3])
def test_an_argument_that_did_not_come_is_refused(argnums):
    with pytest.raises(GradientError, match="2 positional arguments came"):
        ri.grad(product, argnums)(1.0, 2.0)


@pytest.mark.parametrize(
    "t", [np.ones(2, np.float32), np.ones(3)], ids=["shape", "dtype"]
)
def test_a_tangent_unlike_its_primal_is_refused(t):
    with pytest.raises(GradientError, match="a tangent must be like its primal"):
        ri.jvp(ri.exp, (ri.ones(3),), (t,))


def test_tangents_of_another_structure_are_refused():
    with pytest.raises(TreeError, match=r"jvp: the trees differ: 0\.a are needed"):
        ri.jvp(zero, ({"a": 1.0},), ({"b": 1.0},))


def test_what_was_freed_before_the_walk_down_is_missed_with_a_clear_error():
    def careless(x):
        y = ri.exp(x)
        out = ri.sum(y)
        y.free()
        return out

    with pytest.raises(FreedError):
        ri.grad(careless)(ri.tensor([1.0]))


@pytest.mark.parametrize(
    "lossy",
    [lambda x: ri.sum(ri.tensor([x, x])), lambda x: ri.sum(ri.tensor(np.asarray(x)))],
    ids=["list", "array"],
)
def test_what_would_lose_the_derivative_is_refused(lossy):
    with pytest.raises(GradientError, match="NumPy would lose"):
        ri.grad(lossy)(ri.tensor(1.0))


def test_the_gradient_of_what_is_no_function_is_refused(x):
    with pytest.raises(TypeError, match=r"^grad: a function is needed, Tensor came"):
        ri.grad(x)


@pytest.mark.parametrize("given", [(X, (X,)), ((X,), X)], ids=["primals", "tangents"])
def test_the_arguments_of_jvp_are_a_tuple(given):
    primals, tangents = ri.tree.map(ri.tensor, given)

    with pytest.raises(TreeError, match=r"^jvp: (primals|tangents) must be a tuple"):
        ri.jvp(ri.exp, primals, tangents)


@pytest.mark.parametrize("move", ["to_device", "tensor", "asarray"])
def test_a_derivative_does_not_reach_across_devices(move, make_device):
    device = make_device(capacity_bytes=1 << 20)
    ways = {
        "to_device": lambda x: x.to_device(device),
        "tensor": lambda x: ri.tensor(x, device=device),
        "asarray": lambda x: ri.asarray(x, device=device),
    }

    with pytest.raises(GradientError, match="to_device: device small would lose"):
        ri.grad(lambda x: ri.sum(ways[move](x)))(ri.tensor(X))


@pytest.mark.parametrize("make", [ri.arange, lambda v: ri.linspace(0.0, v, 3)])
def test_a_grid_does_not_depend_on_a_variable(make):
    with pytest.raises(
        GradientError, match="a real number that no derivative is about"
    ):
        ri.grad(lambda v: ri.sum(make(v)))(ri.tensor(2.0))
