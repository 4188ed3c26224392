"""What is captured and replayed stays on the device of its arguments."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DeviceError

X = np.arange(12.0).reshape(3, 4)
TOLERANCE = 1e-12  # a few operations on float64, rounded in another way


@pytest.fixture
def place(make_device):
    return make_device(capacity_bytes=1 << 20)


def loss(x):
    last, _ = ri.scan(lambda c, row: (c * 0.5 + row, None), x[0], x)
    return ri.sum(ri.exp(last * 0.1))


@pytest.mark.parametrize("derivative", [lambda f: f, ri.grad], ids=["value", "grad"])
def test_a_compiled_function_computes_where_its_arguments_are(place, derivative):
    x = ri.tensor(X, device=place.name)

    came = ri.compile(derivative(loss))(x)

    assert came.device is place
    needed = derivative(loss)(ri.tensor(X))
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE)


def test_a_compiled_function_is_captured_again_for_another_device(place):
    compiled = ri.compile(loss)

    here, there = compiled(ri.tensor(X)), compiled(ri.tensor(X, device=place.name))

    assert (here.device.name, there.device) == ("cpu", place)


def test_arguments_on_two_devices_are_refused(place):
    compiled = ri.compile(lambda x, y: x + y)

    with pytest.raises(DeviceError, match="different devices"):
        compiled(ri.tensor(X), ri.tensor(X, device=place.name))
