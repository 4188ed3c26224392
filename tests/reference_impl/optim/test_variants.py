"""The variants against formulas written out as the frameworks write them."""

import inspect
import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import optim
from reference_impl.optim.variants import VARIANTS

# A few roundings of float64 in every one of the updates.
ROUNDING = 1e-12
UPDATES = 20


def gradient(p, t):
    return math.sin(3 * t) + 0.5 * p


def rate(t):
    """The step size of the t-th update, from 1 on: it must not stay as it is."""
    return 0.1 / t


def here(make, **options):
    """The place of one parameter after every update."""
    optimiser = make(lr=lambda step: 0.1 / (step + 1).astype("float64"), **options)
    p = ri.tensor(1.0, dtype="float64")
    state, places = optimiser.init(p), []
    for t in range(1, UPDATES + 1):
        g = ri.tensor(gradient(p.item(), t), dtype="float64")
        p, state = optimiser.update(g, state, p)
        places.append(p.item())
    return places


def keras_sgd(p, g, lr, s, t):
    p = p - p * 0.01 * lr
    s["m"] = 0.9 * s.get("m", 0) - lr * g
    return p + 0.9 * s["m"] - lr * g


def mxnet_sgd(p, g, lr, s, t):
    s["m"] = 0.9 * s.get("m", 0) + lr * (g + 0.01 * p)
    return p - s["m"]


def optax_sgd(p, g, lr, s, t):
    s["trace"] = g + 0.9 * s.get("trace", 0)
    return p - lr * s["trace"]


def keras_rmsprop(p, g, lr, s, t):
    p = p - p * 0.01 * lr
    s["v"] = 0.9 * s.get("v", 0) + (1 - 0.9) * g**2
    s["a"] = 0.9 * s.get("a", 0) + (1 - 0.9) * g
    increment = lr * g / math.sqrt(s["v"] - s["a"] ** 2 + 1e-7)
    s["m"] = 0.5 * s.get("m", 0) + increment
    return p - s["m"]


def mxnet_rmsprop(p, g, lr, s, t):
    g = g + 0.01 * p
    s["n"] = (1 - 0.9) * g**2 + 0.9 * s.get("n", 0)
    s["g"] = (1 - 0.9) * g + 0.9 * s.get("g", 0)
    s["delta"] = 0.5 * s.get("delta", 0) - lr * g / math.sqrt(
        s["n"] - s["g"] ** 2 + 1e-8
    )
    return p + s["delta"]


def optax_rmsprop(p, g, lr, s, t):
    s["nu"] = (1 - 0.9) * g**2 + 0.9 * s.get("nu", 0)
    s["trace"] = -lr * g / math.sqrt(s["nu"] + 1e-8) + 0.5 * s.get("trace", 0)
    return p + s["trace"]


def keras_adagrad(p, g, lr, s, t):
    p = p - p * 0.01 * lr
    s["a"] = s.get("a", 0.1) + g**2
    return p - lr * g / math.sqrt(s["a"] + 1e-7)


def mxnet_adagrad(p, g, lr, s, t):
    s["h"] = s.get("h", 0) + g**2
    return p - lr * (g / math.sqrt(s["h"] + 1e-7) + 0.01 * p)


def optax_adagrad(p, g, lr, s, t):
    s["sum"] = s.get("sum", 0.1) + g**2
    return p - lr * g / math.sqrt(s["sum"] + 1e-7)


def keras_adadelta(p, g, lr, s, t):
    s["g"] = 0.95 * s.get("g", 0) + 0.05 * g**2
    delta = -math.sqrt(s.get("d", 0) + 1e-7) * g / math.sqrt(s["g"] + 1e-7)
    s["d"] = 0.95 * s.get("d", 0) + 0.05 * delta**2
    return p + lr * delta


def mxnet_adadelta(p, g, lr, s, t):
    s["g"] = 0.9 * s.get("g", 0) + (1 - 0.9) * g**2
    delta = math.sqrt(s.get("d", 0) + 1e-5) / math.sqrt(s["g"] + 1e-5) * g
    s["d"] = 0.9 * s.get("d", 0) + (1 - 0.9) * delta**2
    return p - lr * delta


def keras_adam(p, g, lr, s, t, decay=0.01):
    p = p - p * decay * lr
    alpha = lr * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    s["m"] = s.get("m", 0) + (g - s.get("m", 0)) * (1 - 0.9)
    s["v"] = s.get("v", 0) + (g**2 - s.get("v", 0)) * (1 - 0.999)
    return p - s["m"] * alpha / (math.sqrt(s["v"]) + 1e-7)


def keras_adamw(p, g, lr, s, t):
    return keras_adam(p, g, lr, s, t, decay=0.004)


def mxnet_adam(p, g, lr, s, t):
    g = g + 0.01 * p
    s["m"] = 0.9 * s.get("m", 0) + (1 - 0.9) * g
    s["v"] = 0.999 * s.get("v", 0) + (1 - 0.999) * g**2
    lr = lr * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return p - lr * s["m"] / (math.sqrt(s["v"]) + 1e-8)


def optax_adamw(p, g, lr, s, t):
    s["m"] = 0.9 * s.get("m", 0) + (1 - 0.9) * g
    s["v"] = 0.999 * s.get("v", 0) + (1 - 0.999) * g**2
    m, v = s["m"] / (1 - 0.9**t), s["v"] / (1 - 0.999**t)
    return p - lr * (m / (math.sqrt(v) + 1e-8) + 1e-4 * p)


def keras_nadam(p, g, lr, s, t):
    p = p - p * 0.01 * lr
    u, u1 = 0.9 * (1 - 0.5 * 0.96**t), 0.9 * (1 - 0.5 * 0.96 ** (t + 1))
    s["product"] = s.get("product", 1.0) * u
    s["m"] = s.get("m", 0) + (g - s.get("m", 0)) * (1 - 0.9)
    s["v"] = s.get("v", 0) + (g**2 - s.get("v", 0)) * (1 - 0.999)
    m = u1 * s["m"] / (1 - s["product"] * u1) + (1 - u) * g / (1 - s["product"])
    return p - m * lr / (math.sqrt(s["v"] / (1 - 0.999**t)) + 1e-7)


def optax_nadam(p, g, lr, s, t):
    s["m"] = 0.9 * s.get("m", 0) + (1 - 0.9) * g
    s["v"] = 0.999 * s.get("v", 0) + (1 - 0.999) * g**2
    m = 0.9 * s["m"] / (1 - 0.9 ** (t + 1)) + (1 - 0.9) * g / (1 - 0.9**t)
    return p - lr * m / (math.sqrt(s["v"] / (1 - 0.999**t)) + 1e-8)


def keras_lion(p, g, lr, s, t):
    p, m = p - p * 0.01 * lr, s.get("m", 0)
    s["m"] = 0.99 * m + (1 - 0.99) * g
    return p - lr * np.sign(0.9 * m + (1 - 0.9) * g)


def optax_lion(p, g, lr, s, t):
    m = s.get("m", 0)
    s["m"] = 0.99 * m + (1 - 0.99) * g
    return p - lr * (np.sign(0.9 * m + (1 - 0.9) * g) + 1e-3 * p)


DECAY = {"weight_decay": 0.01}
FORMULAS = {
    keras_sgd: {"momentum": 0.9, "nesterov": True, **DECAY},
    mxnet_sgd: {"momentum": 0.9, **DECAY},
    optax_sgd: {"momentum": 0.9},
    keras_rmsprop: {"momentum": 0.5, "centred": True, **DECAY},
    mxnet_rmsprop: {"momentum": 0.5, "centred": True, **DECAY},
    optax_rmsprop: {"momentum": 0.5},
    keras_adagrad: DECAY,
    mxnet_adagrad: DECAY,
    optax_adagrad: {},
    keras_adadelta: {},
    mxnet_adadelta: {},
    keras_adam: DECAY,
    keras_adamw: {},
    mxnet_adam: DECAY,
    optax_adamw: {},
    keras_nadam: DECAY,
    optax_nadam: {},
    keras_lion: DECAY,
    optax_lion: {},
}


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.__name__)
def test_a_variant_follows_the_formula_of_its_framework(formula):
    framework, name = formula.__name__.split("_")
    p, kept, wanted = 1.0, {}, []
    for t in range(1, UPDATES + 1):
        p = formula(p, gradient(p, t), rate(t), kept, t)
        wanted.append(p)

    places = here(getattr(getattr(optim, framework), name), **FORMULAS[formula])

    np.testing.assert_allclose(places, wanted, rtol=ROUNDING)


def test_a_variant_that_changes_anything_has_its_formula_here():
    changed = {
        f"{framework}_{function.__name__}"
        for function, variants in VARIANTS.items()
        for framework, options in variants.items()
        if options.keys() - {"lr"}
    }

    assert changed <= {formula.__name__ for formula in FORMULAS}


@pytest.mark.parametrize(
    ("make", "name", "wanted"),
    [
        (optim.sgd, "lr", 0.001),
        (optim.keras.sgd, "lr", 0.01),
        (optim.rmsprop, "rho", 0.99),
        (optim.keras.rmsprop, "lr", 0.001),
        (optim.adadelta, "lr", 1.0),
        (optim.keras.adadelta, "rho", 0.95),
        (optim.nadam, "momentum_decay", 0.004),
        (optim.adamw, "weight_decay", 0.01),
        (optim.keras.adamw, "weight_decay", 0.004),
        (optim.optax.adamw, "weight_decay", 1e-4),
        (optim.adagrad, "eps", 1e-10),
        (optim.mxnet.adadelta, "eps", 1e-5),
    ],
)
def test_defaults_are_those_of_the_atlas(make, name, wanted):
    """numerics.md, rows 27 and 29 to 32."""
    assert inspect.signature(make).parameters[name].default == wanted


def test_a_call_replaces_what_a_variant_has():
    x = ri.tensor(1.0)
    optimiser = optim.keras.sgd(lr=0.5, lr_inside=False)

    assert optimiser.update(x, optimiser.init(x), x)[0].item() == 0.5


def test_the_packages_docstring_lists_the_variants():
    lines = optim.__doc__.splitlines()

    assert "    adam      keras  eps=1e-07, eps_hat=True, decoupled=True" in lines
    assert "    sgd       optax  -" in lines


def test_a_variant_has_the_docstring_of_its_function_and_says_what_it_changes():
    doc = inspect.getdoc(optim.keras.adamw)

    assert doc.startswith("`adamw` with eps=1e-07, eps_hat=True, weight_decay=0.004.\n")
    assert doc.endswith(inspect.getdoc(optim.adamw))
    assert optim.keras.adamw.__name__ == "adamw"
    assert optim.optax.sgd is optim.sgd
