"""What batches of MNIST cost beside PyTorch's DataLoader.

    MAPPING_DATA=folder .venv/bin/python benchmarks/loader.py

All 60,000 training images as bytes, in random order, in batches of 64, with equal
transforms: scaled to mean 0 and standard deviation 1 in float32, alone and after a
random crop of the images padded by 4. PyTorch has no transforms of its own, so they are
written with its ops, in both ways in which it can be used: a sample at a time, as its
tutorials do, and a batch at a time, from a sampler of batches. Its worker processes
live through all epochs. What the loaders give is compared before anything is timed.

A round is an epoch of each loader, in turn, and gives one ratio. Prints the medians and
quartiles, and writes them with machine and versions to benchmarks/results/loader.json.
The aim is at most 1: at least as fast.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler

from reference_impl.data import Loader, fetch, read_idx, transforms
from reference_impl.data.images import MNIST, MNIST_URL, idx_sources
from workbench.cost import ratios, spread
from workbench.machine import record

RESULTS = Path(__file__).parent / "results" / "loader.json"
N, PADDING, ROUNDS = 64, 4, 7
MEAN, DEVIATION = 33.3184, 78.5675  # of the pixels of the training images
WORKERS = (0, 2)
AIM = 1.0  # of the time that PyTorch takes

# Differences of bytes over float32 numbers, rounded twice.
TOLERANCE = 1e-6

# Roundings of 784 pixels leave 1e-5; two images differ by 1e-2 and more.
FINGERPRINT_TOLERANCE = 1e-3


class Samples(Dataset):
    """Images and labels with a transform; an index is one sample or several."""

    def __init__(self, images, labels, transform):
        self.images, self.labels = torch.from_numpy(images), torch.from_numpy(labels)
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.transform(self.images[index]), self.labels[index]


def scaled(x):
    return x.to(torch.float32).sub_(MEAN).div_(DEVIATION)


def cropped_sample(x):
    padded = functional.pad(x, [PADDING] * 4)
    top, left = torch.randint(2 * PADDING + 1, (2,)).tolist()
    return scaled(padded[:, top : top + x.shape[1], left : left + x.shape[2]])


def cropped_batch(x):
    n, _, h, w = x.shape
    padded = functional.pad(x, [PADDING] * 4)
    top, left = torch.randint(2 * PADDING + 1, (2, n))
    windows = padded.unfold(2, h, 1).unfold(3, w, 1)
    return scaled(windows[torch.arange(n), :, top, left])


def pytorch_samples(images, labels, transform, workers):
    """A sample at a time, stacked by the loader."""
    samples = Samples(images, labels, transform)
    options = {"num_workers": workers, "persistent_workers": workers > 0}
    return DataLoader(samples, N, shuffle=True, **options)


def pytorch_batches(images, labels, transform, workers):
    """A batch at a time: the sampler hands out lists of positions."""
    samples = Samples(images, labels, transform)
    order = BatchSampler(RandomSampler(samples), N, drop_last=False)
    options = {"num_workers": workers, "persistent_workers": workers > 0}
    return DataLoader(samples, batch_size=None, sampler=order, **options)


def loaders(images, labels, case, workers):
    """The three loaders of a case, and a function that gives an epoch of each."""
    scale = partial(transforms.normalise, mean=MEAN, std=DEVIATION)
    crop = partial(transforms.random_crop, padding=PADDING)
    ours, sample, batch = {
        "scaled": ([scale], scaled, scaled),
        "cropped and scaled": ([crop, scale], cropped_sample, cropped_batch),
    }[case]
    loader = Loader(
        (images, labels),
        N,
        shuffle=True,
        transform=transforms.inputs(*ours),
        workers=workers,
    )
    theirs = pytorch_samples(images, labels, sample, workers)
    fast = pytorch_batches(images, labels, batch, workers)
    return {
        "reference_impl": loader.epoch,
        "pytorch, by sample": lambda _: theirs,
        "pytorch, by batch": lambda _: fast,
    }


def check(epochs, images, labels, case):
    """Every loader gives every sample once, scaled alike.

    A crop is another one each time, so of cropped samples only shapes, the numbers of
    labels and the brightest pixel are compared.
    """
    needed = (images.astype(float) - MEAN) / DEVIATION
    for epoch in epochs.values():
        batches = [[np.asarray(each) for each in batch] for batch in epoch(0)]
        x, y = (np.concatenate(part) for part in zip(*batches, strict=True))
        assert x.dtype == np.float32
        assert x.shape == images.shape
        assert (np.bincount(y) == np.bincount(labels)).all()
        assert abs(x.max() / needed.max() - 1) < TOLERANCE
        if case == "scaled":
            came, wanted = fingerprints(x, y), fingerprints(needed, labels)
            assert np.allclose(came, wanted, rtol=0, atol=FINGERPRINT_TOLERANCE)


def fingerprints(x, y):
    """A number for each sample, by which they can be told apart, in order."""
    weights = np.random.default_rng(0).normal(size=x[0].size)
    return np.sort(x.reshape(len(x), -1).astype(float) @ weights + 1000 * y)


def row(images, labels, case, workers):
    """Seconds of an epoch, and the ratios to both uses of PyTorch's loader."""
    epochs = loaders(images, labels, case, workers)
    check(epochs, images, labels, case)
    seconds = {name: [] for name in epochs}
    for number in range(ROUNDS):
        for name, epoch in epochs.items():
            started = time.perf_counter()
            for _ in epoch(number):
                pass
            seconds[name].append(time.perf_counter() - started)
    ours = seconds["reference_impl"]
    return {
        "epoch_seconds": {name: spread(each) for name, each in seconds.items()},
        "ratio": {
            name: spread(ratios(ours, each))
            for name, each in seconds.items()
            if each is not ours
        },
    }


def main():
    """Measure, print, write."""
    torch.set_num_threads(1)  # as in PyTorch's own workers
    sources = idx_sources("mnist", MNIST_URL, MNIST)[:2]
    images, labels = (read_idx(fetch(source)) for source in sources)
    images, labels = images[:, None], labels.astype(np.int64)
    rows = {}
    for case in ("scaled", "cropped and scaled"):
        for workers in WORKERS:
            name = f"{case}, {workers} workers"
            rows[name] = row(images, labels, case, workers)
            median = rows[name]["epoch_seconds"]["reference_impl"]["median"]
            print(f"{name}: {median * 1e3:.0f} ms an epoch")
            for theirs, ratio in rows[name]["ratio"].items():
                print(
                    f"  {ratio['median']:.2f} of {theirs} "
                    f"({ratio['low']:.2f} to {ratio['high']:.2f}; aim {AIM})",
                    flush=True,
                )
    packages = ("reference_impl", "torch", "numpy")
    record(RESULTS, packages, batch_size=N, loaders=rows)


if __name__ == "__main__":
    main()
