"""Changes of the samples of a batch, all at once.

Each is a function of a random generator and of an array whose first axis counts the
samples, and returns a new array. `functools.partial` sets its options, and `inputs`
makes of several what a `Loader` takes:

    crop = partial(random_crop, padding=4)
    scale = partial(normalise, mean=33.3, std=78.6)
    Loader((x, y), 64, transform=inputs(crop, scale))
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from ..core.errors import RangeError, ShapeError
from ..core.number import check_at_least, integer, real_number
from .dataset import Batch


def inputs(
    *transforms: Callable[[np.random.Generator, np.ndarray], np.ndarray],
) -> Callable[[np.random.Generator, Batch], Batch]:
    """The map of a batch that changes its first array, one transform after another."""

    def transform(rng: np.random.Generator, batch: Batch) -> Batch:
        x, *targets = batch
        for each in transforms:
            x = each(rng, x)
        return x, *targets

    return transform


def normalise(
    rng: np.random.Generator, x: np.ndarray, *, mean: ArrayLike, std: ArrayLike
) -> np.ndarray:
    """(x - mean) / std, in float32 unless `x` is floating-point.

    Draws nothing.

    Parameters
    ----------
    mean, std : number or array
        In the units of `x`, so of 255 for bytes; they broadcast to a sample, as
        (C, 1, 1) for the channels of an image.

    Raises
    ------
    ShapeError
        If they do not.
    """
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)
    mean, std = np.asarray(mean, dtype), np.asarray(std, dtype)
    _check_broadcasts("normalise", x, mean=mean, std=std)
    out = np.subtract(x, mean, dtype=dtype)
    out /= std
    return out


def random_crop(rng: np.random.Generator, x: np.ndarray, *, padding: int) -> np.ndarray:
    """Images moved by up to `padding` pixels along both axes, zeros behind them.

    Every one of the (2 padding + 1)^2 places is equally likely.

    Shapes
    ------
    x, result  (N, C, H, W)

    Raises
    ------
    ShapeError
        If there are not four axes.
    DtypeError, RangeError
        If the padding is no integer, or negative.
    """
    n, _, h, w = _image_shape("random_crop", x)
    check_at_least("random_crop", 0, padding=padding)
    sides = (padding, padding)
    padded = np.pad(x, [(0, 0), (0, 0), sides, sides])
    top, left = rng.integers(2 * padding + 1, size=(2, n))
    windows = sliding_window_view(padded, (h, w), axis=(2, 3))
    return windows[np.arange(n), :, top, left]


def random_flip(
    rng: np.random.Generator, x: np.ndarray, *, probability: float = 0.5
) -> np.ndarray:
    """Images of which some are mirrored, left to right.

    Shapes
    ------
    x, result  (N, C, H, W)

    Raises
    ------
    ShapeError
        If there are not four axes.
    DtypeError, RangeError
        If the probability is no number, or lies outside of [0, 1].
    """
    _image_shape("random_flip", x)
    if not 0 <= real_number("random_flip: probability", probability) <= 1:
        raise RangeError(
            f"random_flip: probability must lie in [0, 1], {probability} came"
        )
    is_flipped = rng.random(len(x)) < probability
    return np.where(is_flipped[:, None, None, None], x[..., ::-1], x)


def random_shift(rng: np.random.Generator, x: np.ndarray, *, most: int) -> np.ndarray:
    """Sequences turned by up to `most` steps: what leaves one end enters the other.

    Both directions, and all distances, are equally likely.

    Shapes
    ------
    x, result  (N, T) or (N, C, T)

    Raises
    ------
    ShapeError
        If there are not two or three axes.
    DtypeError, RangeError
        If `most` is no integer, or negative, or T or more.
    """
    if x.ndim not in (2, 3):
        raise ShapeError(f"random_shift: x must be (N, T) or (N, C, T), {x.shape} came")
    steps = x.shape[-1]
    if not 0 <= integer("random_shift: most", most) < steps:
        raise RangeError(f"random_shift: most must lie in [0, {steps}), {most} came")
    start = rng.integers(-most, most + 1, size=len(x)) % steps
    twice = np.concatenate([x, x], axis=-1)
    windows = np.moveaxis(sliding_window_view(twice, steps, axis=-1), -2, 1)
    return windows[np.arange(len(x)), start]


def cutout(rng: np.random.Generator, x: np.ndarray, *, size: int) -> np.ndarray:
    """Images with a square of zeros, whose centre is anywhere; its rest may be outside.

    Shapes
    ------
    x, result  (N, C, H, W)

    Parameters
    ----------
    size : int
        Of the square's sides, in pixels.

    Raises
    ------
    ShapeError
        If there are not four axes, or no pixels.
    DtypeError, RangeError
        If the size is no integer, or negative.

    Notes
    -----
    Source: T. DeVries and G. Taylor 2017, "Improved regularization of convolutional
    neural networks with cutout". The square begins size // 2 before its centre.
    """
    n, _, h, w = _image_shape("cutout", x)
    check_at_least("cutout", 0, size=size)
    if h * w == 0:
        raise ShapeError(f"cutout: x must have pixels, {x.shape} came")
    top = rng.integers(h, size=(n, 1)) - size // 2
    left = rng.integers(w, size=(n, 1)) - size // 2
    rows, columns = _between(h, top, size), _between(w, left, size)
    is_cut = rows[:, None, :, None] & columns[:, None, None, :]
    return np.where(is_cut, x.dtype.type(0), x)


def _between(length: int, start: np.ndarray, size: int) -> np.ndarray:
    """Which places lie in each interval; (N, 1) to (N, length)."""
    places = np.arange(length)
    return (start <= places) & (places < start + size)


def _check_broadcasts(who: str, x: np.ndarray, **options: np.ndarray) -> None:
    """Raise an error unless the options broadcast to `x`, and `x` to none of them."""
    for name, option in options.items():
        try:
            is_fit = np.broadcast_shapes(x.shape, option.shape) == x.shape
        except ValueError:
            is_fit = False
        if not is_fit:
            raise ShapeError(
                f"{who}: {name} must broadcast to x, as (C, 1, 1) to (N, C, H, W); "
                f"{option.shape} and {x.shape} came"
            )


def _image_shape(who: str, x: np.ndarray) -> tuple[int, ...]:
    if x.ndim != 4:
        raise ShapeError(f"{who}: x must be (N, C, H, W), {x.shape} came")
    return x.shape
