import numpy as np


def windows(x, *, sizes, strides, dilations):
    spans = [(k - 1) * d + 1 for k, d in zip(sizes, dilations, strict=True)]
    axes = range(x.ndim - len(sizes), x.ndim)
    every = np.lib.stride_tricks.sliding_window_view(x, spans, tuple(axes))
    return every[(..., *(slice(None, None, step) for step in (*strides, *dilations)))]


def unwindows(x, *, shape, strides, dilations):
    n = len(shape)
    out = np.zeros((*x.shape[: -2 * n], *shape), x.dtype)
    for index in np.ndindex(x.shape[-2 * n :]):
        steps = zip(index[:n], strides, index[n:], dilations, strict=True)
        out[..., *(o * s + k * d for o, s, k, d in steps)] += x[..., *index]
    return out


ANSWERS = {"windows": windows, "unwindows": unwindows}
