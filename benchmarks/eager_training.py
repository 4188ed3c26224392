"""What eager training costs beside PyTorch's: gradients, and whole steps of models.

    .venv/bin/python benchmarks/eager_training.py

Models have equal parameters and data, float32, and cross-entropy as the loss: a
perceptron 784-256-128-10, LeNet-5, and an LSTM over 40 steps with a state of 64, each
with a batch of 64. A step is forward, backward, and an update with momentum. Gradients
are compared before anything is timed. Rounds of the two frameworks take turns, and a
round gives one ratio. Prints the median and the quartiles for one and for two threads,
and writes them with machine and versions to benchmarks/results/eager_training.json.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import timeit
from pathlib import Path

import numpy as np
import torch

import reference_impl as ri
from reference_impl import nn, optim
from workbench.cost import spread
from workbench.machine import record

RESULTS = Path(__file__).parent / "results" / "eager_training.json"
N, CLASSES, ROUND_SECONDS = 64, 10, 0.02
ROUNDS = 101
THREADS = (1, 2)
LR, MOMENTUM = 0.01, 0.9

# Of the time that PyTorch takes.
AIMS = {"MLP gradient": 1.5, "MLP": 1.5, "LeNet-5": 3.0, "LSTM": 3.0}

# Of the largest element of a gradient: two frameworks add float32 in another order.
TOLERANCE = 1e-5


class Classifier(torch.nn.Module):
    """An LSTM, and an affine map of its last output."""

    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(1, 64, batch_first=True)
        self.output = torch.nn.Linear(64, CLASSES)

    def forward(self, x):
        return self.output(self.lstm(x)[0][:, -1])


def mlp():
    """As a user of PyTorch writes it."""
    return torch.nn.Sequential(
        torch.nn.Linear(784, 256),
        torch.nn.ReLU(),
        torch.nn.Linear(256, 128),
        torch.nn.ReLU(),
        torch.nn.Linear(128, CLASSES),
    )


def lenet():
    """Y. LeCun et al. 1998, with rectifiers and largest elements."""
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 6, 5, padding=2),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(6, 16, 5),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(400, 120),
        torch.nn.ReLU(),
        torch.nn.Linear(120, 84),
        torch.nn.ReLU(),
        torch.nn.Linear(84, CLASSES),
    )


# What makes a model, and the shape of a sample.
MODELS = {
    "MLP gradient": (mlp, (784,)),
    "MLP": (mlp, (784,)),
    "LeNet-5": (lenet, (1, 28, 28)),
    "LSTM": (Classifier, (40, 1)),
}


def as_ours(module):
    """The same layer, with the same parameters, in the reference framework."""

    def array(x):
        return ri.tensor(x.detach().numpy())

    if isinstance(module, torch.nn.Linear):
        return nn.Linear(array(module.weight.T), array(module.bias))
    if isinstance(module, torch.nn.Conv2d):
        padding = module.padding[0]
        return nn.Conv2d(array(module.weight), array(module.bias), padding=padding)
    if isinstance(module, torch.nn.LSTM):
        torch.nn.init.zeros_(module.bias_hh_l0)  # ours has one bias
        weights = (module.weight_ih_l0.T, module.weight_hh_l0.T, module.bias_ih_l0)
        return nn.LSTM(*map(array, weights))
    others = {
        torch.nn.ReLU: lambda: nn.Activation(ri.relu),
        torch.nn.MaxPool2d: lambda: nn.MaxPool(2),
        torch.nn.Flatten: nn.Flatten,
    }
    return others[type(module)]()


def reference_model(module):
    """The whole model in the reference framework, as a tree and a function."""
    if hasattr(module, "lstm"):
        parts = {name: as_ours(each) for name, each in module.named_children()}
        return parts, lambda m, x: m["output"](m["lstm"](x)[0][:, -1])
    layers = {name: as_ours(each) for name, each in module.named_children()}
    return nn.Sequential(layers), lambda m, x: m(x)


def reference_steps(model, predict, x, y):
    """A function that returns the gradients, and one that takes a training step."""
    x, y = ri.tensor(x), ri.tensor(y)
    gradients = ri.value_and_grad(lambda m: nn.cross_entropy(predict(m, x), y))
    optimiser = optim.sgd(lr=LR, momentum=MOMENTUM)
    now = [model, optimiser.init(model)]

    def step():
        _, grads = gradients(now[0])
        now[0], now[1] = optimiser.update(grads, now[1], now[0])

    return lambda: gradients(model)[1], step


def pytorch_steps(module, x, y):
    """The same in PyTorch."""
    x, y = torch.tensor(x), torch.tensor(y)
    parameters = list(module.parameters())
    optimiser = torch.optim.SGD(parameters, lr=LR, momentum=MOMENTUM)

    def loss():
        return torch.nn.functional.cross_entropy(module(x), y)

    def step():
        optimiser.zero_grad()
        loss().backward()
        optimiser.step()

    return lambda: torch.autograd.grad(loss(), parameters), step


def check(ours, module, theirs):
    """Compare gradients, element by element, before anything is timed."""
    moved = copy.deepcopy(module)
    for parameter, gradient in zip(moved.parameters(), theirs, strict=True):
        parameter.data = gradient
    needed, _ = reference_model(moved)  # in our layout, as the parameters were
    leaves = [ri.tree.flatten(grads)[0] for grads in (ours, needed)]
    for x, y in zip(*leaves, strict=True):
        assert (
            np.abs(x.numpy() - y.numpy()).max() <= TOLERANCE * np.abs(y.numpy()).max()
        )


def measured(threads, name):
    """The seconds of both frameworks, round by round."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    make, shape = MODELS[name]
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, *shape)).astype(np.float32)
    y = rng.integers(CLASSES, size=N)
    module = make()
    ours = reference_steps(*reference_model(module), x, y)
    theirs = pytorch_steps(module, x, y)
    check(ours[0](), module, theirs[0]())
    is_step = name != "MLP gradient"
    pair = ours[is_step], theirs[is_step]
    calls = max(1, round(ROUND_SECONDS / min(timeit.repeat(pair[0], number=1))))
    return [
        [timeit.timeit(function, number=calls) / calls for function in pair]
        for _ in range(ROUNDS)
    ]


def rows():
    """The ratio of every model and number of threads, each in its own process."""
    for name, aim in AIMS.items():
        for threads in THREADS:
            # OpenBLAS reads its number of threads once, when NumPy is imported.
            limits = dict.fromkeys(
                ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads)
            )
            done = subprocess.run(
                [sys.executable, __file__, str(threads), name],
                env={**os.environ, **limits},
                stdout=subprocess.PIPE,
                check=True,
            )
            ratio = spread([a / b for a, b in json.loads(done.stdout)])
            print(
                f"{name:<13} {threads} threads: {ratio['median']:.2f} of PyTorch eager "
                f"({ratio['low']:.2f} to {ratio['high']:.2f}; aim {aim})"
            )
            yield {"case": name, "threads": threads, "aim": aim, **ratio}


def main():
    """Measure, print, write."""
    if len(sys.argv) > 1:
        print(json.dumps(measured(int(sys.argv[1]), sys.argv[2])))
        return
    packages = ("reference_impl", "torch", "numpy")
    record(RESULTS, packages, ratio_to_pytorch_eager=list(rows()))


if __name__ == "__main__":
    main()
