"""Two real data sets that are there wherever scikit-learn is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

try:
    from sklearn.datasets import load_diabetes, load_digits
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "reference_impl.data needs scikit-learn, which brings the data: "
        "pip install scikit-learn",
        name=error.name,
    ) from None

TEST_STRIDE = 5  # every fifth sample is for testing


class Dataset(NamedTuple):
    """Inputs and targets, for training and for testing."""

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


def digits() -> Dataset:
    """Handwritten digits, 8 by 8 pixels: 1,438 for training and 359 for testing.

    Shapes
    ------
    x  (N, 64), float64 in [0, 1]
    y  (N,), int64 in [0, 10)

    Notes
    -----
    Source: E. Alpaydin and C. Kaynak 1998, UCI Machine Learning Repository.
    """
    x, y = load_digits(return_X_y=True)
    return _split(x / 16, y.astype(np.int64))


def diabetes() -> Dataset:
    """Ten measurements of 442 patients and the progress of their disease a year later.

    Shapes
    ------
    x  (N, 10), float64, mean 0 and standard deviation 1 over the training part
    y  (N, 1), float64, likewise

    Notes
    -----
    Source: B. Efron et al. 2004, "Least Angle Regression".
    """
    x, y = load_diabetes(return_X_y=True, scaled=False)
    data = _split(x, y[:, None])
    train_x, test_x = _standardised(data.train_x, data.test_x)
    train_y, test_y = _standardised(data.train_y, data.test_y)
    return Dataset(train_x, train_y, test_x, test_y)


def _split(x: np.ndarray, y: np.ndarray) -> Dataset:
    is_test = np.arange(len(x)) % TEST_STRIDE == TEST_STRIDE - 1
    return Dataset(x[~is_test], y[~is_test], x[is_test], y[is_test])


def _standardised(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, deviation = train.mean(0), train.std(0)
    return (train - mean) / deviation, (test - mean) / deviation
