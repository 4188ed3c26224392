"""How good predictions are, each as a `Metric`; the test samples say what is right."""

from __future__ import annotations

import numpy as np

from .model import Arrays, Metric


def accuracy(predictions: np.ndarray, test: Arrays) -> Metric:
    """The share of samples whose class has the largest score."""
    return Metric("accuracy", float((predictions.argmax(-1) == test["y"]).mean()))


def mean_squared_error(predictions: np.ndarray, test: Arrays) -> Metric:
    """The mean of the squared differences."""
    squares = (predictions - test["y"]) ** 2
    return Metric("mean squared error", float(squares.mean()))


def root_mean_squared_error(predictions: np.ndarray, test: Arrays) -> Metric:
    """The square root of that, in the units of what is predicted."""
    squares = (predictions - test["y"]) ** 2
    return Metric("root mean squared error", float(np.sqrt(squares.mean())))


def cross_entropy(predictions: np.ndarray, test: Arrays) -> Metric:
    """The mean of -log p(right class), p the softmax of the scores; in nats.

    Its exponential is the perplexity.
    """
    scores = predictions - predictions.max(-1, keepdims=True)
    log_sums = np.log(np.exp(scores).sum(-1))
    right = np.take_along_axis(scores, test["y"][..., None], axis=-1)[..., 0]
    return Metric("cross entropy", float((log_sums - right).mean()))


def pixel_cross_entropy(predictions: np.ndarray, test: Arrays) -> Metric:
    """The binary cross entropy, summed over an image's pixels, in nats.

    Predictions are the logits of the pixels; it is the mean over images.
    """
    of_pixels = np.logaddexp(0, predictions) - predictions * test["x"]
    return Metric("cross entropy of an image", float(of_pixels.sum(-1).mean()))
