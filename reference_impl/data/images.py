"""The image data sets of nearly every paper, downloaded when first asked for."""

from __future__ import annotations

import numpy as np

from .cifar import read_cifar10
from .dataset import Dataset
from .download import Progress, Source, fetch
from .idx import read_idx

MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
FASHION_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"

# Hashes of the unpacked files, in the order of a data set's fields.
MNIST = {
    "train-images-idx3": (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    ),
    "train-labels-idx1": (
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    ),
    "t10k-images-idx3": (
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
    ),
    "t10k-labels-idx1": (
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
    ),
}
FASHION = {
    "train-images-idx3": (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
    ),
    "train-labels-idx1": (
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
    ),
    "t10k-images-idx3": (
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
    ),
    "t10k-labels-idx1": (
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
    ),
}
CIFAR10 = Source(
    "cifar-10-binary.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
)


def idx_sources(prefix: str, url: str, hashes: dict[str, str]) -> list[Source]:
    """The four packed files of a data set, as they are called here and there."""
    return [
        Source(f"{prefix}-{name}-ubyte.gz", f"{url}{name}-ubyte.gz", digest, True)
        for name, digest in hashes.items()
    ]


def mnist(*, progress: Progress | None = None) -> Dataset:
    """Handwritten digits of 28 by 28 pixels: 60,000 for training, 10,000 for testing.

    Shapes
    ------
    x  (N, 1, 28, 28), uint8
    y  (N,), int64 in [0, 10)

    Raises
    ------
    DownloadError, FileError
        As `fetch` does; the files have 12 MB.

    Notes
    -----
    Source: Y. LeCun et al. 1998, "Gradient-based learning applied to document
    recognition". CC BY-SA 3.0.
    """
    return _from_idx(idx_sources("mnist", MNIST_URL, MNIST), progress)


def fashion_mnist(*, progress: Progress | None = None) -> Dataset:
    """Clothes of ten kinds in the format of MNIST, which are harder to tell apart.

    Shapes
    ------
    x  (N, 1, 28, 28), uint8
    y  (N,), int64 in [0, 10)

    Raises
    ------
    DownloadError, FileError
        As `fetch` does; the files have 31 MB.

    Notes
    -----
    Source: H. Xiao, K. Rasul and R. Vollgraf 2017, "Fashion-MNIST: a novel image
    dataset for benchmarking machine learning algorithms". MIT licence.
    """
    return _from_idx(idx_sources("fashion", FASHION_URL, FASHION), progress)


def cifar10(*, progress: Progress | None = None) -> Dataset:
    """Colour photographs of ten kinds: 50,000 for training and 10,000 for testing.

    Shapes
    ------
    x  (N, 3, 32, 32), uint8
    y  (N,), int64 in [0, 10)

    Raises
    ------
    DownloadError, FileError
        As `fetch` does; the archive has 170 MB.

    Notes
    -----
    Source: A. Krizhevsky 2009, "Learning multiple layers of features from tiny images".
    """
    return read_cifar10(fetch(CIFAR10, progress=progress))


def _from_idx(sources: list[Source], progress: Progress | None) -> Dataset:
    x, y, test_x, test_y = (read_idx(fetch(s, progress=progress)) for s in sources)
    y, test_y = y.astype(np.int64), test_y.astype(np.int64)
    return Dataset(x[:, None], y, test_x[:, None], test_y)
