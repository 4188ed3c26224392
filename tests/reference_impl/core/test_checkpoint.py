"""Functions whose inner values are computed again."""

import weakref

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import CaptureError, DeviceError, FreedError

# Cotangents of one tensor may be added in another order.
TOLERANCE = 1e-14

X = np.array([0.5, 1.0, 1.5])
W = np.array([1.0, -2.0, 0.5])


def net(wrap):
    """Two blocks that share a weight from outside; `wrap` is put around each."""

    def function(x, w):
        @wrap
        def block(x):
            return {"y": ri.exp(x * w) * x, "z": x + 1.0}

        first = block(x)
        return ri.sum(block(first["y"] * 0.1)["y"] * first["z"])

    return function


PLAIN, REMEMBERED = net(lambda block: block), net(ri.checkpoint)


def curvature(function):
    def squared(x, w):
        by_x, by_w = ri.grad(function, (0, 1))(x, w)
        return ri.sum(by_x * by_x * by_w)

    return ri.grad(squared, (0, 1))


@pytest.mark.parametrize("derivative", [lambda f: ri.grad(f, (0, 1)), curvature])
@pytest.mark.parametrize("captured", [False, True])
def test_a_checkpoint_changes_no_derivative(x, w, derivative, captured):
    way = ri.compile(derivative(REMEMBERED)) if captured else derivative(REMEMBERED)

    for came, needed in zip(way(x, w), derivative(PLAIN)(x, w), strict=True):
        np.testing.assert_allclose(came, needed, rtol=TOLERANCE)


def test_a_checkpoint_changes_no_derivative_of_a_compiled_function(x, w):
    came = ri.grad(ri.compile(REMEMBERED), (0, 1))(x, w)

    for one, other in zip(came, ri.grad(PLAIN, (0, 1))(x, w), strict=True):
        np.testing.assert_array_equal(one, other)


def test_forward_mode_and_hessians_go_through_a_checkpoint(x, w):
    np.testing.assert_array_equal(
        ri.jvp(REMEMBERED, (x, w), (w, x))[1], ri.jvp(PLAIN, (x, w), (w, x))[1]
    )
    np.testing.assert_array_equal(ri.hessian(REMEMBERED)(x, w), ri.hessian(PLAIN)(x, w))


def test_a_checkpoint_keeps_nothing_of_what_is_inside(gc_disabled):
    inner = []

    @ri.checkpoint
    def block(x):
        y = ri.exp(x)
        inner.append(weakref.ref(y))
        return y * y

    x = ri.variable(ri.tensor(X))
    loss = ri.sum(block(x))

    assert inner[0]() is None  # let go although `loss` can still be differentiated
    np.testing.assert_allclose(ri.backward(loss, x), 2 * np.exp(2 * X), rtol=1e-14)
    assert len(inner) == 1  # its ops are applied again, not the function


def test_a_checkpoint_applies_what_it_did_though_its_surroundings_have_changed(x):
    ws, y = [ri.tensor(W), ri.tensor(W + 1), ri.tensor(W + 2)], x

    def chain(x, wrap):
        for w in ws:
            x = wrap(lambda x: ri.sin(x * w))(x)  # noqa: B023, the trap is meant
        return ri.sum(x)

    np.testing.assert_allclose(
        ri.grad(lambda x: chain(x, ri.checkpoint))(y),
        ri.grad(lambda x: chain(x, lambda block: block))(y),
        rtol=TOLERANCE,
    )


def test_a_checkpoint_may_use_a_key(x):
    def loss(x):
        key = ri.random.key(3)
        noisy = ri.checkpoint(
            lambda x: x * ri.random.normal(key, (3,), dtype="float64")
        )
        return ri.sum(noisy(x))

    needed = ri.random.normal(ri.random.key(3), (3,), dtype="float64")
    np.testing.assert_array_equal(ri.grad(loss)(x), needed)


def test_a_checkpoint_may_look_at_values_eagerly(x):
    @ri.checkpoint
    def relu(x):
        return x * 2.0 if ri.sum(x).item() > 0 else x * 0.0

    np.testing.assert_array_equal(ri.grad(lambda x: ri.sum(relu(x)))(x), [2, 2, 2])
    np.testing.assert_array_equal(ri.grad(lambda x: ri.sum(relu(x)))(-x), [0, 0, 0])


def test_arguments_of_two_devices_are_refused(x, make_device):
    there = ri.tensor(X, device=make_device(capacity_bytes=1 << 20))

    with pytest.raises(DeviceError, match=r"^checkpoint: .* small"):
        ri.checkpoint(lambda there, x: x * 2)(there, x)


def test_a_derivative_through_too_many_checkpoints_inside_of_one_another_is_refused():
    function = ri.exp
    for _ in range(300):
        function = ri.checkpoint(function)

    assert function(ri.tensor(0.0)).item() == 1
    for derivative in (ri.grad(function), lambda x: ri.jvp(function, (x,), (x,))):
        with pytest.raises(CaptureError, match=r"^checkpoint: Python's stack has no"):
            derivative(ri.tensor(0.0))


@pytest.mark.parametrize(
    "make", [ri.checkpoint, lambda f: ri.custom_jvp(f, lambda tangents, out, x: out)]
)
def test_a_freed_argument_is_named(make):
    x = ri.tensor(1.0)
    x.free()

    with pytest.raises(FreedError, match=r"^(checkpoint|custom_jvp): the float32"):
        make(ri.exp)(x)
