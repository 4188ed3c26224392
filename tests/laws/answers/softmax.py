import numpy as np
from laws.answers.reduction import over_axes


def softmax(x, *, axes):
    return np.exp(x) / np.sum(np.exp(x), axis=axes, keepdims=True)


def cross_entropy(x, labels):
    probabilities = softmax(x, axes=-1)
    return -np.log(np.take_along_axis(probabilities, labels[..., None], -1)[..., 0])


def surplus(x, labels):
    is_label = labels[..., None] == np.arange(x.shape[-1])
    return softmax(x, axes=-1) - is_label.astype(x.dtype)


ANSWERS = {
    "log_softmax": lambda x, *, axes: np.log(softmax(x, axes=axes)),
    "logsumexp": over_axes(lambda x, **options: np.log(np.sum(np.exp(x), **options))),
    "softmax": softmax,
    "softmax_cross_entropy": cross_entropy,
    "softmax_surplus": surplus,
}
