"""What data sets and batches are: arrays whose first axes count the samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Some samples: inputs, targets and whatever else there is of each.
Batch = tuple[np.ndarray, ...]


class Dataset(NamedTuple):
    """Inputs and targets, for training and for testing."""

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
