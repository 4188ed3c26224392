"""Mistakes planted in adapters, one at a time: each must be caught, and located.

A mistake is planted in the source of a copy of the adapter. Its framework is compared
with two whose adapters are as they are. The check must find it in float64, where
rounding is no excuse, and name the place.
"""

import os
import re
from typing import NamedTuple

import pytest

from adapters.contract import FRAMEWORKS
from adapters.zoo import MODELS
from workbench.comparison import compare
from workbench.experiment import experiment
from workbench.laboratory import Laboratory
from workbench.request import Request

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("planted")]

STEPS = 12  # so that parameters are compared after 10
LIMIT_SECONDS = 300


DEAR = ("gpt", "gru", "lenet", "lstm", "resnet8")


class Plant(NamedTuple):
    """A mistake: a text that stands once in a file of an adapter, and another one.

    `found` is a regular expression for the place that the check must name.
    """

    model: str
    framework: str
    file: str
    text: str
    instead: str
    found: str


FORWARD = "forward differs first in "
GRADIENT = "gradient differs first in "
TRAINING = "training differs in "

PLANTS = {
    # Layers, forward.
    "padding at the wrong end": Plant(
        "lenet",
        "jax",
        "layers.py",
        "padding=[(padding, padding) for",
        "padding=[(2 * padding, 0) for",
        FORWARD + "layer conv1",
    ),
    "padding of stride 2 as in 'same'": Plant(
        "resnet8",
        "tensorflow",
        "models/resnet8.py",
        "layers.ZeroPadding2D(1,",
        "layers.ZeroPadding2D(((0, 1), (0, 1)) if stride == 2 else 1,",
        FORWARD + "layer block2.conv1",
    ),
    "channels last when flattened": Plant(
        "lenet",
        "tensorflow",
        "layers.py",
        "layers.Permute((3, 1, 2), dtype=dtype)",
        "layers.Permute((1, 2, 3), dtype=dtype)",
        FORWARD + "layer fc1",
    ),
    "mean for maximum": Plant(
        "dna_cnn",
        "pytorch",
        "layers.py",
        "nn.AdaptiveMaxPool1d(1)",
        "nn.AdaptiveAvgPool1d(1)",
        FORWARD + "layer pool",
    ),
    "another slope": Plant(
        "gan",
        "mxnet",
        "models/gan.py",
        "leaky_relu(SLOPE)",
        "leaky_relu(0.2)",
        FORWARD + "layer discriminator.leaky_relu",
    ),
    "a slope that is 1e-10 off": Plant(
        "gan",
        "reference",
        "layers.py",
        "nn.leaky_relu(x, self.slope)",
        "nn.leaky_relu(x, self.slope + 1e-10)",
        FORWARD + "layer discriminator.leaky_relu",
    ),
    "the exact gelu": Plant(
        "gpt",
        "reference",
        "layers.py",
        'approximate="tanh"',
        'approximate="none"',
        FORWARD + "layer block1.gelu",
    ),
    "a gelu with a constant in float32": Plant(
        "gpt",
        "tensorflow",
        "layers.py",
        "tf.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))",
        "tf.tanh(0.7978845834732056 * (x + 0.044715 * x**3))",
        FORWARD + "layer block1.gelu",
    ),
    "eps of batch normalisation": Plant(
        "resnet8",
        "pytorch",
        "layers.py",
        "True, m, self.eps",
        "True, m, 1e-5",
        FORWARD + "layer stem_norm",
    ),
    "eps of layer normalisation, by default": Plant(
        "gpt",
        "mxnet",
        "layers.py",
        "nn.LayerNorm(epsilon=EPS, ",
        "nn.LayerNorm(",
        FORWARD + "layer block1.norm1",
    ),
    "attention scaled by all features": Plant(
        "gpt",
        "pytorch",
        "layers.py",
        "value, is_causal=True)",
        "value, is_causal=True, scale=D**-0.5)",
        FORWARD + "layer block1.attention",
    ),
    "a mask that shows the next character": Plant(
        "gpt",
        "mxnet",
        "layers.py",
        "np.full((1, steps, steps), -np.inf), 1)",
        "np.full((1, steps, steps), -np.inf), 2)",
        FORWARD + "layer block1.attention",
    ),
    "gates i f o g": Plant(
        "lstm",
        "jax",
        "layers.py",
        "i, f, g, o = jnp.split",
        "i, f, o, g = jnp.split",
        FORWARD + "layer lstm",
    ),
    "gates r z n where z r n are expected": Plant(
        "gru",
        "tensorflow",
        "io.py",
        "tf.concat([z, r, n], axis=-1)",
        "tf.concat([r, z, n], axis=-1)",
        FORWARD + "layer gru",
    ),
    "the first step for the last": Plant(
        "lstm",
        "tensorflow",
        "layers.py",
        "layers.Lambda(lambda x: x[:, -1]",
        "layers.Lambda(lambda x: x[:, 0]",
        FORWARD + "layer last",
    ),
    "a prediction for one sample that is none": Plant(
        "mlp",
        "pytorch",
        "models/mlp.py",
        'return model(batch["x"])',
        'return model(batch["x"]) * (len(batch["x"]) > 1)',
        FORWARD + "the prediction for one sample",
    ),
    "noise with another sign": Plant(
        "vae",
        "pytorch",
        "models/vae.py",
        "code = mean + (log_variance",
        "code = mean - (log_variance",
        FORWARD + "layer decoder",
    ),
    "a mean over the rank": Plant(
        "matrix_factorisation",
        "jax",
        "models/matrix_factorisation.py",
        '(model["users"](user) * model["items"](item)).sum(-1)',
        '(model["users"](user) * model["items"](item)).mean(-1)',
        FORWARD + "the whole model",
    ),
    "predictions as in training": Plant(
        "resnet8",
        "pytorch",
        "train.py",
        "self.model.eval()",
        "self.model.train()",
        FORWARD + "the whole model",
    ),
    # Losses.
    "half of the squares": Plant(
        "linear_regression",
        "mxnet",
        "losses.py",
        "F.mean(F.square(prediction - target))",
        "F.mean(F.square(prediction - target)) / 2",
        FORWARD + "the loss",
    ),
    "a mean over the pixels": Plant(
        "vae",
        "reference",
        "losses.py",
        'reduction="none")\n    return ri.mean(ri.sum(each, axis=-1))',
        'reduction="none")\n    return ri.mean(each)',
        FORWARD + "the loss",
    ),
    "smoothed labels": Plant(
        "softmax_regression",
        "pytorch",
        "losses.py",
        "labels.flatten())",
        "labels.flatten(), label_smoothing=0.1)",
        FORWARD + "the loss",
    ),
    "smoothed labels of real points": Plant(
        "gan",
        "pytorch",
        "models/gan.py",
        "torch.ones_like(real)",
        "0.9 * torch.ones_like(real)",
        FORWARD + "the loss of the discriminator",
    ),
    # Gradients.
    "a bias that is not added": Plant(
        "softmax_regression",
        "jax",
        "layers.py",
        'return x @ params["weight"] + params["bias"]',
        'return x @ params["weight"]',
        GRADIENT + "output.bias",
    ),
    "a bias that is not there": Plant(
        "dna_cnn",
        "mxnet",
        "layers.py",
        "use_bias=bias",
        "use_bias=False",
        "gradient of conv.bias is missing",
    ),
    "a detached branch": Plant(
        "vae",
        "pytorch",
        "models/vae.py",
        "self.log_variance(h)",
        "self.log_variance(h.detach())",
        GRADIENT + "encoder.weight",
    ),
    "two biases exchanged": Plant(
        "gru",
        "mxnet",
        "io.py",
        '"input_bias": ("l0_i2h_bias", _same),\n'
        '        "state_bias": ("l0_h2h_bias", _same),',
        '"input_bias": ("l0_h2h_bias", _same),\n'
        '        "state_bias": ("l0_i2h_bias", _same),',
        GRADIENT + "gru.input_bias",
    ),
    # Training.
    "momentum of batch normalisation, as Keras means it": Plant(
        "resnet8",
        "reference",
        "layers.py",
        "momentum=BATCH_NORM_MOMENTUM",
        "momentum=1 - BATCH_NORM_MOMENTUM",
        TRAINING + r"after 10, most in \S+\.(mean|variance)",
    ),
    "the unbiased variance": Plant(
        "resnet8",
        "pytorch",
        "layers.py",
        "alpha=(n - 1) / n)",
        "alpha=1)",
        TRAINING + r"after 10, most in \S+\.variance",
    ),
    "a second bias that learns, too": Plant(
        "lstm",
        "pytorch",
        "layers.py",
        "nn.init.zeros_(layer.bias_hh_l0).requires_grad_(False)",
        "nn.init.zeros_(layer.bias_hh_l0)",
        TRAINING + "after 10",
    ),
    "Nesterov's momentum": Plant(
        "lenet",
        "pytorch",
        "optim.py",
        "p.sub_(v, alpha=lr)",
        "p.sub_(g + momentum * v, alpha=lr)",
        TRAINING + "after 10",
    ),
    "momentum with dampening": Plant(
        "mlp",
        "jax",
        "optim.py",
        "momentum * v + g, velocities",
        "momentum * v + (1 - momentum) * g, velocities",
        TRAINING + "after 10",
    ),
    "decay of weights": Plant(
        "linear_regression",
        "tensorflow",
        "optim.py",
        "v.assign(momentum * v + g)",
        "v.assign(momentum * v + g + 2**-10 * p)",
        TRAINING + "after 10, most in output.weight",
    ),
    "eps inside the root": Plant(
        "matrix_factorisation",
        "reference",
        "optim.py",
        "(ri.sqrt(v / correction2) + eps)",
        "ri.sqrt(v / correction2 + eps**2)",
        TRAINING + "after 10",
    ),
    "moments without correction": Plant(
        "dna_cnn",
        "mxnet",
        "optim.py",
        "p -= lr * (m / correction1) / ((v / correction2).sqrt() + eps)",
        "p -= lr * m / (v.sqrt() + eps)",
        TRAINING + "after 10",
    ),
    "batches in another order": Plant(
        "mlp",
        "pytorch",
        "data.py",
        "enumerate(from_numpy(order))",
        "enumerate(from_numpy(order[::-1].copy()))",
        TRAINING + "after 10",
    ),
    "a loss that is not the one which training lowers": Plant(
        "mlp",
        "pytorch",
        "train.py",
        "losses[name].append(value)",
        "losses[name].append(value + 1)",
        TRAINING + "losses",
    ),
}


class Visited(Laboratory):
    """Lends the workers of another laboratory, but has its own of one framework."""

    def __init__(self, host, framework):
        super().__init__(limit_seconds=LIMIT_SECONDS)
        self._host, self._framework = host, framework

    def shared(self, framework, cores):
        if framework == self._framework:
            return super().shared(framework, cores)
        return self._host.shared(framework, cores)

    def places(self, framework):
        if framework == self._framework:
            return super().places(framework)
        return self._host.places(framework)

    def dismiss(self, framework, cores):
        if framework == self._framework:
            super().dismiss(framework, cores)
        else:
            self._host.dismiss(framework, cores)


@pytest.fixture(scope="module")
def laboratory():
    """Where the adapters are as they are."""
    with Laboratory(limit_seconds=LIMIT_SECONDS) as host:
        yield host


def compared(model, frameworks, laboratory):
    """The rows of a comparison by framework; skips where one is not installed."""
    request = Request(frameworks, measure=False, patience_seconds=LIMIT_SECONDS)
    document = compare(experiment(model, steps=STEPS), request, laboratory=laboratory)
    rows = {row["framework"]: row for row in document["rows"]}
    for name, row in rows.items():
        if row["status"] == "missing":
            pytest.skip(f"{name}: {row['reason']}")
    return rows


def beside(framework, model):
    """Two other frameworks, those that take the least time."""
    # In float32, MXNet's batch normalisation sums less exactly than the others'.
    third = "jax" if model == "resnet8" else "mxnet"
    quick = [f for f in ("pytorch", "reference", third) if f != framework]
    return tuple(quick[:2])


def nightly(model, framework):
    """What makes a test wait for the night: loading and tracing that take minutes."""
    is_dear = model in DEAR and framework in ("tensorflow", "jax")
    reason = "takes long; `make nightly` runs it"
    return pytest.mark.skipif(is_dear and "NIGHTLY" not in os.environ, reason=reason)


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(plant, id=name, marks=nightly(plant.model, plant.framework))
        for name, plant in PLANTS.items()
    ],
)
def test_a_planted_mistake_is_caught_and_located(plant, planted, laboratory):
    model, framework, *change, found = plant
    others = beside(framework, model)
    planted(framework, *change)

    with Visited(laboratory, framework) as visited:
        rows = compared(model, (framework, *others), visited)

    statuses = {name: row["status"] for name, row in rows.items()}
    assert statuses == {framework: "different", **dict.fromkeys(others, "equal")}
    reason = rows[framework]["reason"]
    assert re.match(rf"float64: {found}( \(|, most in |$)", reason), reason


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(model, marks=nightly(model, "tensorflow"))
        for model in dict.fromkeys(plant.model for plant in PLANTS.values())
    ],
)
def test_where_nothing_is_planted_nothing_is_found(model, laboratory):
    plants = [plant for plant in PLANTS.values() if plant.model == model]
    taking_part = {plant.framework: None for plant in plants}
    for plant in plants:
        taking_part |= dict.fromkeys(beside(plant.framework, model))

    rows = compared(model, tuple(taking_part), laboratory)

    assert {name: row["reason"] for name, row in rows.items()} == dict.fromkeys(rows)


def test_every_framework_and_enough_models_have_a_planted_mistake():
    assert len({plant.model for plant in PLANTS.values()} & set(MODELS)) >= 12
    assert {plant.framework for plant in PLANTS.values()} == set(FRAMEWORKS)
