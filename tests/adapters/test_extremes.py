"""Layers and losses of all adapters where definitions differ, or numbers are extreme.

Models rarely come to these points, so that no comparison of models sees them: an input
that is exactly zero, equal numbers in a window, a logit of 1000. Results and gradients
are held against `closed_forms` in NumPy.
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple

import closed_forms
import numpy as np
import pytest

from adapters.contract import FILES, MODES
from adapters.zoo.model import EPS

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("extremes")]

JOBS = "extremes.worker"
# Of a number, and of the largest ones of which it may be a difference, `Case.within`.
ROUNDING = {"float64": 1e-12, "float32": 1e-5}
# These give no gradients by inputs, but run the ops of their framework's other modes.
LEFT_OUT = ("fit", "session", "symbolic", "module")
PLACES = [(f, mode) for f in MODES for mode in MODES[f] if mode not in LEFT_OUT]
SIZES = (0.0, 1.0, 40.0, 1000.0)


class Case(NamedTuple):
    """What a layer or loss is given; a function of the dtype where that has limits."""

    name: str
    arrays: Callable[[str], dict[str, Any]]
    formula: Callable[..., Any]
    settings: Mapping[str, Any] = MappingProxyType({})
    # Formulas of some frameworks.
    others: Mapping[str, Callable[..., Any]] = MappingProxyType({})
    is_exact: bool = False
    within: float = 1  # the largest number of which something small is a difference


def limits(dtype):
    """Numbers of either sign, to the smallest and the largest; none is zero.

    A quarter of the smallest is still a normal number: less than that some flush to 0.
    """
    of = np.finfo(dtype)
    sizes = np.array([4 * of.tiny, of.eps, 1, 1000, of.max / 2])
    return {"x": np.array([[of.tiny, *sizes, *-sizes]])}


def always(**arrays):
    return lambda dtype: arrays


PARAMS = {"layer.weight": np.array([0.5, -2, 1]), "layer.bias": np.array([3.0, 0, -1])}
STATISTICS = {"layer.mean": np.zeros(3), "layer.variance": np.ones(3)}
# What is normalised: three channels, or last axes, of three numbers.
ROWS = {
    "constants": np.repeat([[0.0], [-3], [5]], 3, axis=1),
    "large constants": np.repeat([[64.0], [-1000], [4097]], 3, axis=1),
    "numbers far from 0": np.array([[4096.0, 4097, 4098]] * 3),
}
ZEROS = always(x=np.array([[0.0, -0.0]]))
TIES = np.array([[2, 2, 1, 2], [0, -0.0, 0, -1], [-1e3, -1e3, -1e3, -1e3]])[None]
# Every number meets every other in some unit.
GATES = np.array([*product([0, -0.5, 1000, -1000], repeat=3)]).T
H = GATES.shape[1]
STEP = {"x": np.ones((1, 1, 1))}
SHARED = dict.fromkeys(("tensorflow", "jax"), closed_forms.shared_by_all)
ONE_AT_ZERO = dict.fromkeys(
    ("mxnet", "jax"), partial(closed_forms.leaky_relu, slope=0.25, at_zero=1)
)


def recurrent(gates, **biases):
    """A step from zero whose gates are biases."""
    shapes = {"input_weight": (1, gates * H), "state_weight": (H, gates * H)}
    params = {n: np.zeros(shape) for n, shape in shapes.items()} | biases
    return always(**STEP, **{f"layer.{n}": a for n, a in params.items()})


def bent(name, formula, **settings):
    """An activation that is linear on either side of zero."""
    return partial(Case, name, formula=formula, settings=settings, is_exact=True)


relu = bent("relu", closed_forms.relu)
leaky_relu = bent(
    "leaky_relu", partial(closed_forms.leaky_relu, slope=0.25), slope=0.25
)
LAYERS = {
    "relu": relu(limits),
    "relu at 0": relu(ZEROS),
    "leaky relu": leaky_relu(limits),
    # x > 0 is asked by three, x >= 0 by JAX, x >= slope x by MXNet's maximum. In the
    # zoo only `gan` has one, and none of its sums is exactly zero.
    "leaky relu at 0": leaky_relu(ZEROS, others=ONE_AT_ZERO),
    "gelu": Case(
        "gelu",
        always(x=np.array([[0, -0.0, 6, -6, 40, -40, 1e3, -1e3]])),
        closed_forms.gelu,
    ),
    "max pool of ties": Case(
        "max_pool",
        always(x=TIES.reshape(1, 3, 2, 2)),
        partial(closed_forms.max_pool, size=2),
        {"size": 2},
        is_exact=True,
    ),
    # A pooling takes the first, a maximum along an axis gives to each its share (rows
    # 48 and 72 of the atlas). In the zoo only `dna_cnn` has one, behind a ReLU: what
    # is equal there is zero, and the ReLU lets nothing through.
    "max pool of a sequence of ties": Case(
        "max_pool", always(x=TIES), closed_forms.first_of_all, {"size": None}, SHARED
    ),
    "embedding of repeated rows": Case(
        "embedding",
        always(
            x=np.array([[0, 3, 3], [3, 0, 1]]),
            **{"layer.weight": np.arange(8.0).reshape(4, 2)},
        ),
        closed_forms.embedding,
        {"rows": 4, "size": 2},
        is_exact=True,
    ),
    "attention": Case(
        "attention",
        always(
            x=np.array([[[0, 1, 1], [40, -1, 2], [-1000, 0.5, 3], [1000, -1, -4.0]]])
        ),
        closed_forms.attention,
        {"heads": 1, "steps": 4, "size": 1},
    ),
    "lstm": Case(
        "lstm",
        recurrent(4, bias=np.concatenate([GATES[0], np.ones(H), *GATES[1:]])),
        closed_forms.lstm,
        {"inputs": 1, "size": H},
    ),
    "gru": Case(
        "gru",
        recurrent(3, input_bias=GATES.ravel(), state_bias=np.tile([0.5], 3 * H)),
        closed_forms.gru,
        {"inputs": 1, "size": H},
    ),
}
for what, x in ROWS.items():
    # x is scaled before or after its mean is taken off.
    within = 2 * abs(x).max() / np.sqrt(x.var(1).min() + EPS)
    for kind, size, more in (
        ("batch_norm", "channels", {"x": x.reshape(1, 3, 1, 3)} | STATISTICS),
        ("layer_norm", "size", {"x": x}),
    ):
        formula, arrays = getattr(closed_forms, kind), always(**PARAMS, **more)
        case = Case(kind, arrays, formula, {size: 3}, within=within)
        LAYERS[f"{kind} of {what}"] = case


def losses(size):
    """Logits of this size and of either sign, with labels at both ends."""
    of = np.array([size, -size, size / 2, -size / 2])
    labelled = np.array([np.roll(of, i) for i in (0, 1, 0, 1)])
    targets = np.array([np.zeros(4), np.ones(4), np.full(4, 0.5)])
    three = np.array([of] * 3)
    return {
        "cross_entropy": {"logits": labelled, "labels": np.array([0, 0, 3, 3])},
        "binary_cross_entropy": {"logits": three, "target": targets},
        "mean_squared_error": {"prediction": three, "target": targets * size},
        # A variance of exp(1000) has no number.
        "divergence": {"mean": three, "log_variance": np.minimum(three, 40)},
    }


LOSSES = {
    f"{name} of {size:g}": Case(name, always(**arrays), getattr(closed_forms, name))
    for size in SIZES
    for name, arrays in losses(size).items()
}
# Layers that are linear everywhere, and what puts layers together.
LINEAR = {"linear", "convolution", "average_pool", "flatten", "positions", "last"}
LINEAR |= {"sequential"}
SETTINGS = {"name": "layer"}


def answered(worker, job, case, mode, dtype):
    """What an adapter says and what the closed form says, by name."""
    arrays = {
        n: a.astype(dtype) if a.dtype.kind == "f" else a
        for n, a in case.arrays(dtype).items()
    }
    formula = case.others.get(worker.framework, case.formula)
    y, back = formula(**{n: a.astype("float64") for n, a in arrays.items()})
    y = np.asarray(y)
    # Few bits, so that their sums are exact, and no two beside each other are equal.
    g = (1 + np.arange(y.size) % 7).reshape(y.shape) / 8
    sent = arrays | {"g": g.astype(dtype)}
    more = {"settings": SETTINGS | case.settings | {"dtype": dtype}}
    found = worker.ask(
        job,
        name=case.name,
        mode=mode,
        arrays={n: (a.tolist(), a.dtype.name) for n, a in sent.items()},
        **(more if job == "layer" else {}),
    )
    return {n: np.array(*a) for n, a in found.items()}, {"y": y} | back(g)


def by_night(mode):
    """What makes a test of Inductor, which compiles for seconds, wait for the night."""
    is_late = mode == "torch.compile" and "NIGHTLY" not in os.environ
    reason = "takes long; `make nightly` runs it"
    return [pytest.mark.skip(reason=reason)] if is_late else []


@pytest.mark.parametrize(
    ("name", "framework", "mode", "dtype"),
    [
        pytest.param(name, *place, dtype, marks=by_night(place[1]))
        for name, place, dtype in product(LAYERS | LOSSES, PLACES, ROUNDING)
    ],
)
def test_results_and_gradients_are_those_of_the_closed_form(
    workers, name, framework, mode, dtype
):
    case, job = (LAYERS | LOSSES)[name], "layer" if name in LAYERS else "loss"

    found, truth = answered(workers(framework), job, case, mode, dtype)

    assert set(found) - set(STATISTICS) == set(truth)  # JAX gives theirs, too
    for part, array in truth.items():
        assert found[part].dtype == dtype
        # In MXNet nothing has no axes: what is one number has one.
        assert found[part].shape in {array.shape, array.shape or (1,)}
        rtol = ROUNDING[dtype] * (not case.is_exact)
        np.testing.assert_allclose(
            found[part], array, rtol=rtol, atol=rtol * case.within, err_msg=part
        )


def test_every_loss_and_every_layer_with_such_points_is_held():
    held = {case.name for case in (LAYERS | LOSSES).values()}

    assert held >= set(FILES["losses.py"])
    assert set(FILES["layers.py"]) - held == LINEAR
