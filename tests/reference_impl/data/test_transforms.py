"""Changes of batches, beside what a loop over the samples gives."""

from functools import partial

import numpy as np
import pytest

from reference_impl import DtypeError, RangeError, ShapeError
from reference_impl.data.transforms import (
    cutout,
    inputs,
    normalise,
    random_crop,
    random_flip,
    random_shift,
)

IMAGES = np.random.default_rng(0).integers(1, 256, (500, 2, 5, 6), dtype=np.uint8)
SEQUENCES = np.random.default_rng(1).normal(size=(500, 3, 7))

# Every transform that draws, with what it is tried on.
RANDOM = {
    "random_crop": (partial(random_crop, padding=2), IMAGES),
    "random_flip": (random_flip, IMAGES),
    "random_shift": (partial(random_shift, most=2), SEQUENCES),
    "cutout": (partial(cutout, size=3), IMAGES),
}
each_random = pytest.mark.parametrize(
    ("transform", "x"), RANDOM.values(), ids=RANDOM.keys()
)


def generator(seed=0):
    return np.random.default_rng(seed)


@each_random
def test_the_result_is_a_function_of_the_generator_and_the_batch(transform, x):
    before = x.copy()

    first, again, other = (transform(generator(seed), x) for seed in (0, 0, 1))

    assert (first == again).all()
    assert (first != other).any()
    assert (x == before).all()
    assert not np.shares_memory(first, x)


@each_random
def test_shape_and_dtype_stay(transform, x):
    out = transform(generator(), x)

    assert out.shape == x.shape
    assert out.dtype == x.dtype


@each_random
def test_a_batch_without_samples_stays_one(transform, x):
    assert transform(generator(), x[:0]).shape == (0, *x.shape[1:])


def test_normalise_subtracts_and_divides():
    out = normalise(generator(), IMAGES, mean=[[[3]], [[5]]], std=2)

    assert out.dtype == np.float32
    assert (out[:, 0] == (IMAGES[:, 0].astype(np.float32) - 3) / 2).all()
    assert (out[:, 1] == (IMAGES[:, 1].astype(np.float32) - 5) / 2).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_normalise_keeps_floating_point_types(dtype):
    x = SEQUENCES.astype(dtype)

    assert normalise(generator(), x, mean=0.5, std=3).dtype == dtype


def crops(x, padding):
    """Every place of one image that can be cut out of it."""
    _, h, w = x.shape
    padded = np.pad(x, [(0, 0), (padding, padding), (padding, padding)])
    starts = [(i, j) for i in range(2 * padding + 1) for j in range(2 * padding + 1)]
    return [padded[:, i : i + h, j : j + w] for i, j in starts]


def position(x, choices):
    """Which of several arrays one is."""
    (found,) = [i for i, each in enumerate(choices) if (each == x).all()]
    return found


def test_a_crop_is_one_of_all_places_each_about_equally_often():
    out = random_crop(generator(), IMAGES, padding=1)

    found = [position(a, crops(b, 1)) for a, b in zip(out, IMAGES, strict=True)]

    # 500 draws of 9: 56 on average, with a standard deviation of 7.
    assert np.bincount(found, minlength=9).min() > 20


def test_a_crop_without_padding_changes_nothing():
    assert (random_crop(generator(), IMAGES, padding=0) == IMAGES).all()


def test_a_flip_mirrors_about_half_of_the_images():
    out = random_flip(generator(), IMAGES)

    pairs = zip(out, IMAGES, strict=True)
    found = [position(a, [b, b[:, :, ::-1]]) for a, b in pairs]

    assert 200 < sum(found) < 300  # 250, with a standard deviation of 11


@pytest.mark.parametrize("probability", [0, 1])
def test_flips_that_are_sure(probability):
    expected = IMAGES[..., ::-1] if probability else IMAGES

    assert (random_flip(generator(), IMAGES, probability=probability) == expected).all()


@pytest.mark.parametrize("x", [SEQUENCES, SEQUENCES[:, 0]], ids=["NCT", "NT"])
def test_a_shift_turns_a_sequence_either_way(x):
    out = random_shift(generator(), x, most=2)

    pairs = zip(out, x, strict=True)
    found = [position(a, [np.roll(b, k, -1) for k in range(-2, 3)]) for a, b in pairs]

    # 500 draws of 5: 100 on average, with a standard deviation of 9.
    assert np.bincount(found, minlength=5).min() > 50


@pytest.mark.parametrize("size", [0, 1, 2, 3, 20])
def test_a_cutout_is_a_square_around_a_place_of_the_image(size):
    out = cutout(generator(), IMAGES, size=size)

    is_cut = (out == 0).all(1)
    assert ((out == IMAGES) | is_cut[:, None]).all()
    rows, columns = is_cut.any(2), is_cut.any(1)
    assert (is_cut == rows[:, :, None] & columns[:, None, :]).all()
    for extent in (rows, columns):
        assert (np.abs(np.diff(extent, axis=1)).sum(1) <= 2).all()
        assert extent.sum(1).max() == min(size, extent.shape[1])
        assert (extent.sum(1) >= size // 2).all() or size == 20


def test_inputs_changes_the_first_array_in_order():
    transform = inputs(lambda rng, x: x + rng.integers(10), lambda rng, x: 2 * x)
    drawn = generator().integers(10)

    x, y, z = transform(generator(), (IMAGES, SEQUENCES, "any"))

    assert (x == 2 * (IMAGES + drawn)).all()
    assert y is SEQUENCES
    assert z == "any"


WRONG = [
    (random_crop, {"padding": -1}, "padding must be at least 0, -1 came"),
    (random_flip, {"probability": 1.5}, r"probability must lie in \[0, 1\], 1.5 came"),
    (cutout, {"size": -2}, "size must be at least 0, -2 came"),
]


@pytest.mark.parametrize(("transform", "options", "message"), WRONG)
def test_wrong_options_are_named(transform, options, message):
    with pytest.raises(RangeError, match=f"{transform.__name__}: {message}"):
        transform(generator(), IMAGES, **options)


@pytest.mark.parametrize(
    ("transform", "name"),
    [(random_crop, "padding"), (cutout, "size"), (random_shift, "most")],
)
def test_counts_are_integers(transform, name):
    x = SEQUENCES if transform is random_shift else IMAGES
    with pytest.raises(DtypeError, match=f"{transform.__name__}: {name} must be an in"):
        transform(generator(), x, **{name: 1.5})


@pytest.mark.parametrize("most", [-1, 7])
def test_a_shift_is_shorter_than_the_sequence(most):
    message = rf"random_shift: most must lie in \[0, 7\), {most} came"
    with pytest.raises(RangeError, match=message):
        random_shift(generator(), SEQUENCES, most=most)


def test_wrong_shapes_are_named():
    for transform in (
        partial(random_crop, padding=1),
        random_flip,
        partial(cutout, size=1),
    ):
        with pytest.raises(
            ShapeError, match=r"x must be \(N, C, H, W\), \(500, 3, 7\)"
        ):
            transform(generator(), SEQUENCES)
    with pytest.raises(ShapeError, match=r"\(N, T\) or \(N, C, T\), \(500, 2, 5, 6\)"):
        random_shift(generator(), IMAGES, most=1)


def test_a_cutout_has_a_centre_in_the_image():
    for shape in ((2, 1, 0, 4), (2, 1, 4, 0)):
        with pytest.raises(ShapeError, match=r"cutout: x must have pixels, \(2, 1, "):
            cutout(generator(), np.zeros(shape), size=1)


@pytest.mark.parametrize("name", ["mean", "std"])
@pytest.mark.parametrize("shape", [(3,), (3, 1, 1), (1, 1, 1, 1, 1)], ids=str)
def test_normalise_makes_no_other_shape(name, shape):
    options = {"mean": 0.0, "std": 1.0, name: np.ones(shape)}

    with pytest.raises(ShapeError, match=f"normalise: {name} must broadcast to x, .*;"):
        normalise(generator(), np.zeros((2, 1, 4, 4)), **options)
