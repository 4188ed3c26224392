"""Two real data sets that are there wherever scikit-learn is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .dataset import Dataset

try:
    from sklearn.datasets import load_diabetes, load_digits
except ModuleNotFoundError:  # what needs no scikit-learn works without it
    load_diabetes = load_digits = None

TEST_STRIDE = 5  # every fifth sample is for testing


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

    Notes
    -----
    Source: E. Alpaydin and C. Kaynak 1998, UCI Machine Learning Repository.
    """
    x, y = _brought("digits", load_digits)(return_X_y=True)
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

    Notes
    -----
    Source: B. Efron et al. 2004, "Least Angle Regression".
    """
    x, y = _brought("diabetes", load_diabetes)(return_X_y=True, scaled=False)
    data = _split(x, y[:, None])
    train_x, test_x = _standardised(data.train_x, data.test_x)
    train_y, test_y = _standardised(data.train_y, data.test_y)
    return Dataset(train_x, train_y, test_x, test_y)


def _brought(who: str, load: Callable | None) -> Callable:
    if load is None:
        raise ModuleNotFoundError(
            f"{who} needs scikit-learn, which brings the data: "
            f"pip install scikit-learn",
            name="sklearn",
        )
    return load


def _split(x: np.ndarray, y: np.ndarray) -> Dataset:
    is_test = np.arange(len(x)) % TEST_STRIDE == TEST_STRIDE - 1
    return Dataset(x[~is_test], y[~is_test], x[is_test], y[is_test])


def _standardised(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, std = train.mean(0), train.std(0)
    return (train - mean) / std, (test - mean) / std
