"""The same six models in every framework."""

import ast
import itertools
from pathlib import Path

import numpy as np
import pytest

from benchmarks.models import parameters
from benchmarks.models.parameters import MODELS

FOLDER = Path(parameters.__file__).parent
FRAMEWORKS = ("reference", "pytorch", "tensorflow", "jax", "mxnet")
NETWORKS = ("mlp", "lenet", "resnet", "lstm", "gpt")
NAMES = ("versions", "configure", *NETWORKS, "MODELS", "Run")
METHODS = ("__init__", "tensor", "array", "step", "predict", "parameters")


def body(framework):
    return ast.parse((FOLDER / f"{framework}.py").read_text()).body


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_file_has_the_same_functions_and_classes_in_the_same_order(framework):
    found = [n.name for n in body(framework) if hasattr(n, "name")]

    public = [name for name in found if not name.startswith("_")]

    assert public == [name for name in NAMES if name != "MODELS"]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_file_has_a_table_of_the_same_networks(framework):
    (table,) = (
        node.value
        for node in body(framework)
        if isinstance(node, ast.Assign) and node.targets[0].id == "MODELS"
    )

    assert tuple(key.value for key in table.keys) == NETWORKS


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_run_has_the_same_methods_in_the_same_order(framework):
    (run,) = (node for node in body(framework) if getattr(node, "name", "") == "Run")
    found = [n.name for n in run.body if isinstance(n, ast.FunctionDef)]

    public = [n for n in found if n == "__init__" or not n.startswith("_")]

    assert tuple(public) == METHODS


def test_the_same_seed_gives_the_same_numbers():
    pair = [parameters.first_values("gpt", np.random.default_rng(3)) for _ in range(2)]

    assert all(np.array_equal(pair[0][name], pair[1][name]) for name in pair[0])


@pytest.mark.parametrize("model", MODELS)
def test_data_has_the_shapes_of_the_model(model):
    setting = MODELS[model]

    found = parameters.data(setting, np.random.default_rng(0))

    assert found["x"].shape[1:] == (setting.batch, *setting.sample)
    targets = setting.sample if setting.tokens else ()
    assert found["y"].shape[1:] == (setting.batch, *targets)


def test_an_input_meets_every_target_before_it_meets_one_again():
    pairs = [
        (step % parameters.X_BATCHES, step % parameters.Y_BATCHES)
        for step in range(parameters.X_BATCHES * parameters.Y_BATCHES)
    ]

    assert sorted(pairs) == sorted(
        itertools.product(range(parameters.X_BATCHES), range(parameters.Y_BATCHES))
    )


@pytest.mark.parametrize(
    ("network", "count"),
    [
        # Products and sums of the layers' sizes, as published or by hand.
        ("mlp", 784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10),
        ("lenet", 61_706),
        ("resnet", 78_042),
        ("lstm", 2 * 128 * 512 + 512 + 1290),
    ],
)
def test_networks_have_as_many_parameters_as_they_should(network, count):
    shapes = parameters.shapes(network)

    found = sum(
        int(np.prod(shape))
        for name, shape in shapes.items()
        if not parameters.is_statistic(name)
    )

    assert found == count
