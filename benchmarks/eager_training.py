"""What an eager forward and backward pass of an MLP costs beside PyTorch's.

    .venv/bin/python benchmarks/eager_training.py

A perceptron 784-256-128-10 with rectifiers and cross-entropy on a batch of 64, float32,
equal parameters and data; gradients are compared before anything is timed.
Rounds of the two frameworks take turns, and a round gives one ratio. Prints the median
and the quartiles for one and for two threads, and writes them with machine and versions
to benchmarks/results/eager_training.json. The aim is 1.5.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import timeit
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results" / "eager_training.json"
SIZES, N, ROUNDS, CALLS = (784, 256, 128, 10), 64, 201, 10
THREADS = (1, 2)
AIM = 1.5  # of the time that PyTorch takes

# Of the largest gradient: two frameworks add float32 products in another order.
TOLERANCE = 1e-5


def data():
    """Parameters as pairs of arrays, a batch, and its labels."""
    rng = np.random.default_rng(0)
    pairs = itertools.pairwise(SIZES)
    params = [(rng.normal(size=(n, m)) / np.sqrt(n), np.zeros(m)) for n, m in pairs]
    params = [tuple(x.astype(np.float32) for x in pair) for pair in params]
    images = rng.normal(size=(N, SIZES[0])).astype(np.float32)
    return params, images, rng.integers(SIZES[-1], size=N)


def reference_step(params, images, labels):
    """A function that returns the loss and the gradients."""
    import reference_impl as ri
    from reference_impl import nn

    def loss(params, x, y):
        for weight, bias in params[:-1]:
            x = ri.relu(x @ weight + bias)
        weight, bias = params[-1]
        return nn.cross_entropy(x @ weight + bias, y)

    params = ri.tree.map(ri.tensor, params)
    x, y = ri.tensor(images), ri.tensor(labels)
    step = ri.value_and_grad(loss)
    return lambda: step(params, x, y), lambda: [
        g.numpy() for pair in step(params, x, y)[1] for g in pair
    ]


def pytorch_step(params, images, labels):
    """The same in PyTorch."""
    import torch
    from torch.nn import functional

    leaves = [torch.tensor(x, requires_grad=True) for pair in params for x in pair]
    x, y = torch.tensor(images), torch.tensor(labels)

    def step():
        h = x
        for i in range(0, len(leaves) - 2, 2):
            h = functional.relu(h @ leaves[i] + leaves[i + 1])
        loss = functional.cross_entropy(h @ leaves[-2] + leaves[-1], y)
        return torch.autograd.grad(loss, leaves)

    return step, lambda: [g.numpy() for g in step()]


def measured(threads):
    """Ratios of one round each, and both frameworks' median seconds."""
    import torch

    torch.set_num_threads(threads)
    (ours, ours_gradients), (theirs, gradients) = (
        make(*data()) for make in (reference_step, pytorch_step)
    )
    for came, needed in zip(ours_gradients(), gradients(), strict=True):
        assert np.abs(came - needed).max() <= TOLERANCE * np.abs(needed).max()
    rounds = []
    for _ in range(ROUNDS):
        rounds.append(
            [timeit.timeit(step, number=CALLS) / CALLS for step in (ours, theirs)]
        )
    return rounds


def main():
    """Measure each number of threads in a process of its own, print, write."""
    if len(sys.argv) > 1:
        print(json.dumps(measured(int(sys.argv[1]))))
        return
    import torch

    import reference_impl as ri
    from workbench.cost import spread
    from workbench.machine import description

    rows = {}
    for threads in THREADS:
        # OpenBLAS reads its number of threads once, when NumPy is imported.
        limits = dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads)
        )
        command = [sys.executable, __file__, str(threads)]
        environment = {**os.environ, **limits}
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        rounds = json.loads(done.stdout)
        ratio = spread([ours / theirs for ours, theirs in rounds])
        rows[f"{threads} threads"] = ratio
        print(
            f"{threads} threads: {ratio['median']:.2f} of PyTorch eager "
            f"({ratio['low']:.2f} to {ratio['high']:.2f}; aim {AIM})"
        )
    document = {
        "machine": description(),
        "versions": {
            "reference_impl": ri.__version__,
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
        "ratio_to_pytorch_eager": rows,
    }
    RESULTS.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
