"""Two real data sets that are there wherever scikit-learn is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np

from ..core.errors import FileError
from .dataset import Dataset

try:
    from sklearn.datasets import load_diabetes, load_digits
except ModuleNotFoundError:  # what needs no scikit-learn works without it
    load_diabetes = load_digits = None

TEST_STRIDE = 5  # every fifth sample is for testing

# Of inputs and targets as they come, one after the other in float64, lowest byte first.
SHA256 = {
    "digits": "f19a7d92591ca0a1ffc65ec172e8149afdff995e0d2c4cb0afd151f38471ff90",
    "diabetes": "e9c1f7559552854a24dc45b41c446ce5f79f96e5da081bcce24b57492720b3f7",
}


def digits() -> Dataset:
    """Handwritten digits, 8 by 8 pixels: 1,438 for training and 359 for testing.

    Shapes
    ------
    x  (N, 64), float64 in [0, 1]
    y  (N,), int64 in [0, 10)

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, which brings the data, is not installed.
    FileError
        If what it brings has another hash than it should.

    Notes
    -----
    Source: E. Alpaydin and C. Kaynak 1998, UCI Machine Learning Repository.
    """
    x, y = _brought("digits", load_digits, return_X_y=True)
    return _split(x / 16, y.astype(np.int64))


def diabetes() -> Dataset:
    """Ten measurements of 442 patients and the progress of their disease a year later.

    Shapes
    ------
    x  (N, 10), float64, mean 0 and standard deviation 1 over the training part
    y  (N, 1), float64, likewise

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, which brings the data, is not installed.
    FileError
        If what it brings has another hash than it should.

    Notes
    -----
    Source: B. Efron et al. 2004, "Least Angle Regression".
    """
    x, y = _brought("diabetes", load_diabetes, return_X_y=True, scaled=False)
    data = _split(x, y[:, None])
    train_x, test_x = _standardised(data.train_x, data.test_x)
    train_y, test_y = _standardised(data.train_y, data.test_y)
    return Dataset(train_x, train_y, test_x, test_y)


def _brought(
    who: str, load: Callable | None, **options: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets from scikit-learn, if they are the ones that are meant."""
    if load is None:
        raise ModuleNotFoundError(
            f"{who} needs scikit-learn, which brings the data: "
            f"pip install scikit-learn",
            name="sklearn",
        )
    x, y = load(**options)
    found = hashlib.sha256(b"".join(a.astype("<f8").tobytes() for a in (x, y)))
    if found.hexdigest() != SHA256[who]:
        raise FileError(
            f"{who}: the SHA-256 of scikit-learn's arrays must be {SHA256[who]}, "
            f"{found.hexdigest()} came; install scikit-learn again"
        )
    return x, y


def _split(x: np.ndarray, y: np.ndarray) -> Dataset:
    is_test = np.arange(len(x)) % TEST_STRIDE == TEST_STRIDE - 1
    return Dataset(x[~is_test], y[~is_test], x[is_test], y[is_test])


def _standardised(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, std = train.mean(0), train.std(0)
    return (train - mean) / std, (test - mean) / std
