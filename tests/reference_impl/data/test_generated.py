"""MNIST-1D, beside the published arrays and SciPy's filters."""

import numpy as np
import pytest

from reference_impl.data import generated, mnist1d

# Sums of a few numbers of size 1 in another order, in float64.
TOLERANCE = 1e-14


def test_the_recipe_gives_the_published_arrays(published):
    data = mnist1d()

    with np.load(published("mnist1d.npz")) as arrays:
        assert abs(data.train_x - arrays["x"]).max() < TOLERANCE
        assert abs(data.test_x - arrays["x_test"]).max() < TOLERANCE
        assert (data.train_y == arrays["y"]).all()
        assert (data.test_y == arrays["y_test"]).all()


def test_the_samples_are_always_the_same_and_standardised():
    first, second = mnist1d(), mnist1d()

    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert first.train_x.shape == (4000, 40)
    assert first.test_x.shape == (1000, 40)
    labels = np.concatenate([first.train_y, first.test_y])
    assert (np.bincount(labels) == 500).all()
    both = np.concatenate([first.train_x, first.test_x])
    assert abs(both.mean()) < TOLERANCE
    assert abs(both.std() - 1) < TOLERANCE


def test_numbers_of_other_users_neither_change_nor_are_changed():
    np.random.seed(1)
    expected = np.random.rand()
    np.random.seed(1)
    mnist1d()

    assert np.random.rand() == expected


def test_resampling_is_linear_interpolation():
    x = np.random.default_rng(0).normal(size=(3, 12))

    for points in (5, 12, 40):
        new = np.linspace(0, 1, points)
        needed = [np.interp(new, np.linspace(0, 1, 12), row) for row in x]
        came = generated._resampled(x, points)
        assert abs(came - needed).max() < TOLERANCE


def test_smoothing_is_a_gaussian_filter():
    ndimage = pytest.importorskip("scipy.ndimage", reason="SciPy is not installed")
    x = np.random.default_rng(0).normal(size=(3, 72))

    needed = ndimage.gaussian_filter1d(x, generated.SMOOTHING, axis=1)

    assert abs(generated._smoothed(x) - needed).max() < TOLERANCE
