"""The variants of optimisers against the frameworks that they are named after.

Each framework runs in a process of its own: MXNet has its own environment, and Keras
takes its backend when it is imported. optax is not among this project's dependencies.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import optim
from workbench.environments import how_to_get, interpreter, variables

pytestmark = [pytest.mark.frameworks]

# Of the largest element (DESIGN, tier 1).
TOLERANCE = 1e-12

# The same where numbers are rounded to float32, as MXNet's ops do with a step size and
# with 0.999, of whose distance from 1 four of seven digits are left.
ROUNDED_NUMBERS = 1e-5

UPDATES = 30
RATES = (0.1 / np.arange(1, UPDATES + 1)).tolist()
NOISE = np.random.default_rng(0).normal(size=(UPDATES, 3))

# Keras with TensorFlow or JAX rounds its numbers to float32 on the way; with PyTorch it
# does not.
KERAS = """
import os
os.environ["KERAS_BACKEND"] = "torch"
import json, sys
import keras, numpy as np
keras.backend.set_floatx("float64")
found = []
for name, options, rates, grads in json.load(sys.stdin):
    optimiser = getattr(keras.optimizers, name)(**options)
    p = keras.Variable(np.ones(np.shape(grads[0])))
    optimiser.build([p])
    for lr, g in zip(rates, grads):
        optimiser.learning_rate = lr
        optimiser.apply([keras.ops.convert_to_tensor(np.array(g) + p.numpy())])
    found.append(p.numpy().tolist())
print(json.dumps(found))
"""
KERAS_SETTINGS = {
    ("SGD", "sgd"): [
        ({}, {}),
        ({"momentum": 0.9}, {"momentum": 0.9}),
        ({"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "nesterov": True}),
        (
            {"momentum": 0.9, "weight_decay": 0.1},
            {"momentum": 0.9, "weight_decay": 0.1},
        ),
    ],
    ("Adagrad", "adagrad"): [({}, {})],
    ("Adadelta", "adadelta"): [
        ({}, {}),
        ({"weight_decay": 0.1}, {"weight_decay": 0.1}),
    ],
    ("RMSprop", "rmsprop"): [
        ({}, {}),
        ({"momentum": 0.5}, {"momentum": 0.5}),
        ({"centered": True, "momentum": 0.5}, {"centred": True, "momentum": 0.5}),
    ],
    ("Adam", "adam"): [
        ({}, {}),
        ({"epsilon": 1e-3}, {"eps": 1e-3}),
        ({"weight_decay": 0.1}, {"weight_decay": 0.1}),
        ({"amsgrad": True}, {"amsgrad": True}),
    ],
    ("AdamW", "adamw"): [({}, {})],
    ("Nadam", "nadam"): [({}, {}), ({"weight_decay": 0.1}, {"weight_decay": 0.1})],
    ("Lion", "lion"): [({"weight_decay": 0.1}, {"weight_decay": 0.1})],
}

# Some of MXNet's optimisers begin with states of float32, whatever the parameters are.
MXNET = """
import json, sys
import mxnet as mx, numpy as np

def wide(state):
    if isinstance(state, (tuple, list)):
        return tuple(wide(each) for each in state)
    return state if state is None else state.astype("float64")

found = []
for name, options, rates, grads in json.load(sys.stdin):
    optimiser = mx.optimizer.create(name, **options)
    p = mx.nd.ones(np.shape(grads[0]), dtype="float64")
    state = wide(optimiser.create_state(0, p))
    for lr, g in zip(rates, grads):
        if name != "adadelta":
            optimiser.set_learning_rate(lr)
        optimiser.update(0, p, mx.nd.array(g, dtype="float64") + p, state)
    found.append(p.asnumpy().tolist())
print(json.dumps(found))
"""
MXNET_SETTINGS = {
    ("sgd", "sgd"): [
        ({}, {}),
        ({"momentum": 0.9}, {"momentum": 0.9}),
        ({"momentum": 0.9, "wd": 0.1}, {"momentum": 0.9, "weight_decay": 0.1}),
    ],
    ("nag", "sgd"): [({"momentum": 0.9}, {"momentum": 0.9, "nesterov": True})],
    ("adagrad", "adagrad"): [
        ({}, {}),
        ({"eps": 1e-3}, {"eps": 1e-3}),
        ({"wd": 0.1}, {"weight_decay": 0.1}),
    ],
    ("adadelta", "adadelta"): [
        ({}, {"lr": 1.0}),
        ({"wd": 0.1}, {"lr": 1.0, "weight_decay": 0.1}),
    ],
    ("rmsprop", "rmsprop"): [
        ({}, {}),
        ({"epsilon": 1e-3}, {"eps": 1e-3}),
        ({"wd": 0.1}, {"weight_decay": 0.1}),
        ({"centered": True, "gamma2": 0.5}, {"centred": True, "momentum": 0.5}),
    ],
    ("adam", "adam"): [
        ({}, {}),
        ({"epsilon": 1e-3}, {"eps": 1e-3}),
        ({"wd": 0.1}, {"weight_decay": 0.1}),
    ],
    ("nadam", "nadam"): [({}, {}), ({"wd": 0.1}, {"weight_decay": 0.1})],
}


def jobs(settings):
    """Name and options of every optimiser there, and those of the one here."""
    return [
        (theirs, options, ours, translation)
        for (theirs, ours), pairs in settings.items()
        for options, translation in pairs
    ]


def there(python, program, settings, **options):
    """Where the parameters are in the end, for each of some settings."""
    given = [
        (name, options, RATES, NOISE.tolist()) for name, options, *_ in jobs(settings)
    ]
    found = subprocess.run(
        [python, "-c", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        **options,
    )
    return json.loads(found.stdout.splitlines()[-1])


def here(make, options):
    optimiser = make(**{"lr": optim.schedules.inverse_time(0.1, decay=1.0)} | options)
    p = ri.ones(3, dtype="float64")
    state = optimiser.init(p)
    for g in NOISE:
        p, state = optimiser.update(ri.tensor(g) + p, state, p)
    return p.numpy()


def check(variants, settings, found, tolerance):
    for (_, _, name, options), theirs in zip(jobs(settings), found, strict=True):
        error = np.abs(here(getattr(variants, name), options) - theirs)
        worst = np.max(error) / np.max(np.abs(theirs))
        assert worst <= tolerance, f"{name} {options}: {worst:.1e}"


def test_the_optimisers_of_keras_are_those_of_keras():
    for package in ("keras", "torch"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")

    found = there(sys.executable, KERAS, KERAS_SETTINGS)
    check(optim.keras, KERAS_SETTINGS, found, TOLERANCE)


def test_the_optimisers_of_mxnet_are_those_of_mxnet():
    python = interpreter("mxnet")
    if python is None:
        pytest.skip(f"MXNet's environment is missing: {how_to_get('mxnet')}")

    env = variables("mxnet", threads=1)
    found = there(python, MXNET, MXNET_SETTINGS, env=env)
    check(optim.mxnet, MXNET_SETTINGS, found, ROUNDED_NUMBERS)
