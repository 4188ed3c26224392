"""Distributions against PyTorch's: values, and gradients by parameters and values."""

from __future__ import annotations

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.nn import distributions as ours

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
theirs = torch.distributions

pytestmark = [pytest.mark.frameworks]

# Of the largest element of a result (DESIGN, tier 1); correct code stays below 1e-14.
TOLERANCE = 1e-12

# The slope of PyTorch's digamma is a series that it cuts off 5e-10 of the value too
# early; ours is held to closed forms in the tests of `gamma.py`.
TRIGAMMA_TOLERANCE = 5e-9

SHAPE = (40, 3)

POSITIVE = (0.05, 8.0)
REAL = (-3.0, 3.0)

# A kind of ours and of PyTorch's, the ranges of its parameters, and that of values as
# a function of the parameters.
KINDS = {
    "Normal": (ours.Normal, theirs.Normal, [REAL, POSITIVE], REAL),
    "Uniform": (ours.Uniform, theirs.Uniform, [(-3, -1), (2, 5)], (-1, 2)),
    "Exponential": (ours.Exponential, theirs.Exponential, [POSITIVE], POSITIVE),
    "Gamma": (ours.Gamma, theirs.Gamma, [POSITIVE, POSITIVE], POSITIVE),
    "Beta": (ours.Beta, theirs.Beta, [POSITIVE, POSITIVE], (0.01, 0.99)),
    "Bernoulli": (
        lambda logits: ours.Bernoulli(logits),
        lambda logits: theirs.Bernoulli(logits=logits),
        [(-19, 19)],  # PyTorch's divergence rounds a softplus above 20
        None,
    ),
    "Categorical": (
        lambda logits: ours.Categorical(logits),
        lambda logits: theirs.Categorical(logits=logits),
        [(-30, 30)],
        None,
    ),
}

each = pytest.mark.parametrize("name", KINDS)


@pytest.fixture
def rng():
    return np.random.default_rng(20240607)


def parameters(name, rng):
    return [rng.uniform(*interval, size=SHAPE) for interval in KINDS[name][2]]


def values(name, rng):
    """Values to ask for, and whether a gradient by them has a meaning."""
    support = KINDS[name][3]
    if support:
        return rng.uniform(*support, size=(2, *SHAPE)), True
    if name == "Bernoulli":
        return rng.integers(0, 2, size=(2, *SHAPE)).astype(float), False
    return rng.integers(0, SHAPE[-1], size=(2, *SHAPE[:-1])), False


def assert_close(came, needed, what, tolerance=TOLERANCE):
    came, needed = came.numpy(), needed.numpy(force=True)
    assert came.shape == needed.shape, what
    scale = max(np.abs(needed).max(), 1e-2)
    np.testing.assert_allclose(
        came, needed, rtol=0, atol=tolerance * scale, err_msg=what
    )


def assert_agreement(here, there, arrays, rng, tolerance=TOLERANCE):
    """Compare functions of the same arrays, and the pullbacks of a random cotangent.

    The tolerance is that of gradients, if they have one of their own.
    """
    inputs = [torch.tensor(x, requires_grad=True) for x in arrays]
    needed = there(*inputs)
    out, pull = ri.vjp(here, *map(ri.tensor, arrays))
    assert_close(out, needed, "value")

    g = rng.normal(size=out.shape)
    slopes = torch.autograd.grad(
        needed, inputs, torch.tensor(g), allow_unused=True, materialize_grads=True
    )
    for i, (came, slope) in enumerate(zip(pull(ri.tensor(g)), slopes, strict=True)):
        assert_close(came, slope, f"gradient {i}", tolerance)


@each
def test_log_probability(name, rng):
    here, there, *_ = KINDS[name]
    (x, moves), given = values(name, rng), parameters(name, rng)

    if moves:
        assert_agreement(
            lambda x, *given: here(*given).log_probability(x),
            lambda x, *given: there(*given).log_prob(x),
            [x, *given],
            rng,
        )
    else:
        assert_agreement(
            lambda *given: here(*given).log_probability(ri.tensor(x)),
            lambda *given: there(*given).log_prob(torch.tensor(x)),
            given,
            rng,
        )


def of_slopes(name):
    """The tolerance for slopes of what is computed with a digamma, or without."""
    return TRIGAMMA_TOLERANCE if name in ("Gamma", "Beta") else TOLERANCE


@each
def test_entropy(name, rng):
    here, there, *_ = KINDS[name]

    assert_agreement(
        lambda *given: here(*given).entropy(),
        lambda *given: there(*given).entropy(),
        parameters(name, rng),
        rng,
        of_slopes(name),
    )


@pytest.mark.parametrize("moment", ["mean", "variance"])
@pytest.mark.parametrize("name", [name for name in KINDS if name != "Categorical"])
def test_moments(name, moment, rng):
    here, there, *_ = KINDS[name]

    assert_agreement(
        lambda *given: getattr(here(*given), moment),
        lambda *given: getattr(there(*given), moment) + 0 * sum(given),
        parameters(name, rng),
        rng,
    )


@each
def test_divergence(name, rng):
    here, there, *_ = KINDS[name]
    given = [*parameters(name, rng), *parameters(name, rng)]
    if name == "Uniform":  # the second one is the wider one
        given[2], given[3] = given[2] - 3, given[3] + 4
    count = len(given) // 2

    assert_agreement(
        lambda *given: ours.kl_divergence(here(*given[:count]), here(*given[count:])),
        lambda *given: theirs.kl_divergence(
            there(*given[:count]), there(*given[count:])
        ),
        given,
        rng,
        of_slopes(name),
    )


@pytest.mark.parametrize("interval", [(0.01, 20), (-9.9, 0)], ids=["above", "below"])
def test_lgamma_and_digamma(interval, rng):
    x = rng.uniform(*interval, size=1000)
    x = x[np.abs(x - np.rint(x)) > 0.01]  # poles

    assert_agreement(ri.lgamma, torch.lgamma, [x], rng)
    assert_agreement(ri.digamma, torch.digamma, [x], rng, TRIGAMMA_TOLERANCE)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_polygamma(order, rng):
    assert_agreement(
        lambda x: ri.polygamma(x, order=order),
        lambda x: torch.polygamma(order, x),
        [rng.uniform(0.5, 20, size=1000)],
        rng,
    )
