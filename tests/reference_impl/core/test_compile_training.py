"""A whole training step of a small network, captured as one graph."""

import numpy as np
import pytest

import reference_impl as ri

N, D, H, CLASSES = 8, 4, 5, 3
LR, STEPS = 0.1, 10

RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, D))
LABELS = RNG.integers(CLASSES, size=N)
PARAMS = {
    "hidden": {"weight": RNG.normal(size=(D, H)), "bias": RNG.normal(size=H)},
    "output": {"weight": RNG.normal(size=(H, CLASSES)), "bias": np.zeros(CLASSES)},
}

# Relative rounding of ten steps in float64, measured at 1e-15.
TOLERANCE = 1e-12

# What is promised of compiled results: sums are taken in another order, and elementary
# functions rounded in another way.
COMPILED = {"float64": 1e-12, "float32": 1e-5}


def loss(params, x, labels):
    hidden = x @ params["hidden"]["weight"] + params["hidden"]["bias"]
    hidden = ri.where(hidden > 0, hidden, 0.0)
    logits = hidden @ params["output"]["weight"] + params["output"]["bias"]
    chosen = ri.sum(logits * ri.one_hot(labels, CLASSES, dtype=x.dtype), axis=1)
    return ri.mean(ri.logsumexp(logits, axis=1) - chosen)


def step(params, x, labels, lr):
    value, grads = ri.value_and_grad(loss)(params, x, labels)
    return ri.tree.map(lambda p, g: p - lr * g, params, grads), value


def numpy_step(params, x, labels, lr):
    """The same step with the derivative worked out by hand."""
    hidden, output = params["hidden"], params["output"]
    before = x @ hidden["weight"] + hidden["bias"]
    after = np.maximum(before, 0)
    logits = after @ output["weight"] + output["bias"]
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    softmax = exps / exps.sum(axis=1, keepdims=True)
    value = -np.log(softmax[np.arange(N), labels]).mean()

    g = (softmax - np.eye(CLASSES)[labels]) / N
    g_before = (g @ output["weight"].T) * (before > 0)
    grads = {
        "hidden": {"weight": x.T @ g_before, "bias": g_before.sum(axis=0)},
        "output": {"weight": after.T @ g, "bias": g.sum(axis=0)},
    }
    return ri.tree.map(lambda p, g: p - lr * g, params, grads), value


def train(step, params, x):
    losses = []
    for _ in range(STEPS):
        params, value = step(params, x, LABELS, LR)
        losses.append(value)
    return params, losses


def on_tensors(step, dtype):
    params = ri.tree.map(lambda p: ri.tensor(p, dtype=dtype), PARAMS)
    return train(step, params, ri.tensor(X, dtype=dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_compiled_training_is_eager_training_up_to_rounding(dtype):
    eager, compiled = on_tensors(step, dtype), on_tensors(ri.compile(step), dtype)

    def assert_close(came, needed):
        assert (came.shape, came.dtype) == (needed.shape, needed.dtype)
        apart = np.linalg.norm(came.numpy() - needed.numpy())
        assert apart <= COMPILED[dtype] * np.linalg.norm(needed.numpy())

    ri.tree.map(assert_close, compiled, eager)


def test_compiled_training_has_its_bits_again():
    first, second = (on_tensors(ri.compile(step), "float32") for _ in range(2))

    ri.tree.map(lambda x, y: np.testing.assert_array_equal(x, y), first, second)


@pytest.mark.parametrize("run", [lambda f: f, ri.compile], ids=["eager", "compiled"])
def test_training_agrees_with_a_derivative_worked_out_by_hand(run):
    came, needed = on_tensors(run(step), "float64"), train(numpy_step, PARAMS, X)

    ri.tree.map(
        lambda x, y: np.testing.assert_allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE),
        came,
        needed,
    )


def test_training_reduces_the_loss():
    _, losses = on_tensors(ri.compile(step), "float32")

    assert losses[-1].item() < losses[0].item()


def test_a_step_is_one_graph_of_all_parameters_in_and_out():
    params = ri.tree.map(ri.tensor, PARAMS)
    graph = ri.compile(step).graph(params, ri.tensor(X), LABELS, LR)

    names = [f"0.{name}" for name in ri.tree.names(PARAMS)]
    assert graph.output_names == (*names, "1")
    assert graph.input_names[: len(names)] == tuple(
        f"params.{name}" for name in ri.tree.names(PARAMS)
    )
    # Two products forward; one for each weight and one for the hidden layer backward.
    assert [node.op.name for node in graph.nodes()].count("matmul") == 5
