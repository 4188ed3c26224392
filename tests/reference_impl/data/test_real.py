"""Data that scikit-learn brings."""

import numpy as np
import pytest

from reference_impl.core.errors import FileError
from reference_impl.data import diabetes, digits, real

pytest.importorskip("sklearn", reason="scikit-learn is not installed")

# float64 sums of some hundred numbers near 1.
TOLERANCE = 1e-12


def test_digits_are_grey_images_of_eight_by_eight_pixels():
    data = digits()

    assert data.train_x.shape == (1438, 64)
    assert data.test_x.shape == (359, 64)
    assert (data.train_x.min(), data.train_x.max()) == (0, 1)
    assert {*data.train_y.tolist()} == {*data.test_y.tolist()} == {*range(10)}
    assert data.train_y.dtype == np.int64


def test_diabetes_is_standardised_by_its_training_part():
    data = diabetes()

    assert data.train_x.shape == (354, 10)
    assert data.test_y.shape == (88, 1)
    for each in (data.train_x, data.train_y):
        assert abs(each.mean(0)).max() < TOLERANCE
        assert abs(each.std(0) - 1).max() < TOLERANCE


@pytest.mark.parametrize("load", [digits, diabetes])
def test_data_with_another_hash_are_refused(load, monkeypatch):
    name = f"load_{load.__name__}"
    bring = getattr(real, name)

    def change(**options):
        x, y = bring(**options)
        x[3, 2] += 1
        return x, y

    monkeypatch.setattr(real, name, change)

    with pytest.raises(FileError, match=f"{load.__name__}: the SHA-256 .* must be"):
        load()


@pytest.mark.parametrize("load", [digits, diabetes])
def test_without_scikit_learn_only_its_data_are_missing(load, monkeypatch):
    monkeypatch.setattr(real, f"load_{load.__name__}", None)

    with pytest.raises(ModuleNotFoundError, match=f"{load.__name__} needs scikit-lear"):
        load()
