"""Activations beside PyTorch's where its samples do not look: kinks, large numbers."""

from functools import partial

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
agreement = pytest.importorskip("equivalence.agreement")
F = torch.nn.functional

pytestmark = [pytest.mark.frameworks]

# All kinks of what is below, their neighbours, and numbers whose exponentials overflow.
X = [-1e4, -30, -6, -3, -2, -1, -0.5, -1e-9, 0, 1e-9, 0.5, 1, 2, 3, 6, 15, 30, 1e4]

PAIRS = {
    "leaky_relu": (nn.leaky_relu, F.leaky_relu),
    "leaky_relu, other slope": (
        partial(nn.leaky_relu, slope=-2.0),
        partial(F.leaky_relu, negative_slope=-2.0),
    ),
    "elu": (partial(nn.elu, alpha=2.0), partial(F.elu, alpha=2.0)),
    "celu": (partial(nn.celu, alpha=2.0), partial(F.celu, alpha=2.0)),
    "selu": (nn.selu, F.selu),
    "gelu": (nn.gelu, F.gelu),
    "gelu, tanh": (
        partial(nn.gelu, approximate="tanh"),
        partial(F.gelu, approximate="tanh"),
    ),
    "silu": (nn.silu, F.silu),
    "mish": (nn.mish, F.mish),
    "softplus": (
        partial(nn.softplus, beta=0.7),
        partial(F.softplus, beta=0.7, threshold=700),
    ),
    "log_sigmoid": (nn.log_sigmoid, F.logsigmoid),
    "softsign": (nn.softsign, F.softsign),
    "relu6": (nn.relu6, F.relu6),
    "hard_tanh": (
        partial(nn.hard_tanh, low=-2, high=3),
        partial(F.hardtanh, min_val=-2, max_val=3),
    ),
    "hard_sigmoid": (nn.hard_sigmoid, F.hardsigmoid),
    "hard_swish": (nn.hard_swish, F.hardswish),
    "hard_shrink": (nn.hard_shrink, F.hardshrink),
    "soft_shrink": (nn.soft_shrink, F.softshrink),
}


# Whose slope is float32's 1/6, in float64 too.
SLOPE_TOLERANCES = {"hard_sigmoid": 1e-7}


@pytest.mark.parametrize("name", PAIRS)
def test_values_and_slopes_are_those_of_pytorch_everywhere(name):
    ours, theirs = PAIRS[name]
    x = torch.tensor(X, dtype=torch.float64, requires_grad=True)
    value = theirs(x)
    (slope,) = torch.autograd.grad(value.sum(), x)

    came = ri.tensor(np.array(X))
    slopes = ri.grad(lambda x: ri.sum(ours(x)))(came)

    # One by one, since the largest would hide the others.
    np.testing.assert_allclose(
        ours(came), value.detach(), rtol=agreement.TOLERANCE, atol=agreement.TOLERANCE
    )
    tolerance = SLOPE_TOLERANCES.get(name, agreement.TOLERANCE)
    np.testing.assert_allclose(slopes, slope, rtol=tolerance, atol=tolerance)


def test_the_slope_of_pytorchs_hard_sigmoid_is_a_sixth_in_float32():
    x = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(F.hardsigmoid(x), x)

    assert slope.item() == np.float32(1 / 6)
    assert ri.grad(nn.hard_sigmoid)(ri.tensor(np.array(0.0))).item() == 1 / 6


def test_a_softplus_of_pytorch_is_a_line_from_20_on():
    x = torch.tensor([20.0, 20.1], dtype=torch.float64)

    gap = nn.softplus(ri.tensor(x.numpy())).numpy() - F.softplus(x).numpy()

    np.testing.assert_allclose(gap, [0, np.exp(-20.1)], rtol=1e-5, atol=1e-14)
