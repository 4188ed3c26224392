import numpy as np


def met(image, sizes, counts, *, strides, pads, dilations):
    """What meets what: an element of a filter, a position, and the pixel there."""
    n = len(image)
    for index in np.ndindex(*sizes, *counts):
        k, o = index[:n], index[n:]
        steps = zip(o, strides, k, dilations, pads, strict=True)
        pixel = tuple(o * s + k * d - low for o, s, k, d, (low, _) in steps)
        if all(0 <= p < size for p, size in zip(pixel, image, strict=True)):
            yield k, o, pixel


def by_group(x, groups):
    """The channels of the images, or the filters, of every group."""
    return x.reshape(*x.shape[:1], groups, -1, *x.shape[2:])


def conv(x, weight, *, groups, **numbers):
    spans = [
        (k - 1) * d + 1
        for k, d in zip(weight.shape[2:], numbers["dilations"], strict=True)
    ]
    counts = [
        (size + low + high - span) // stride + 1
        for size, (low, high), span, stride in zip(
            x.shape[2:], numbers["pads"], spans, numbers["strides"], strict=True
        )
    ]
    out = np.zeros((len(x), len(weight), *counts), x.dtype)
    for k, o, p in met(x.shape[2:], weight.shape[2:], counts, **numbers):
        pixels = by_group(x, groups)[:, :, :, *p]
        filters = weight[:, :, *k].reshape(groups, -1, weight.shape[1])
        out[:, :, *o] += np.einsum("ngc,gfc->ngf", pixels, filters).reshape(len(x), -1)
    return out


def conv_transpose(y, weight, *, shape, groups, **numbers):
    out = np.zeros((len(y), groups * weight.shape[1], *shape), y.dtype)
    for k, o, p in met(shape, weight.shape[2:], y.shape[2:], **numbers):
        seen = by_group(y, groups)[:, :, :, *o]
        filters = weight[:, :, *k].reshape(groups, -1, weight.shape[1])
        out[:, :, *p] += np.einsum("ngf,gfc->ngc", seen, filters).reshape(len(y), -1)
    return out


def conv_filters(x, y, *, sizes, groups, **numbers):
    out = np.zeros((y.shape[1], x.shape[1] // groups, *sizes), x.dtype)
    for k, o, p in met(x.shape[2:], sizes, y.shape[2:], **numbers):
        pixels, seen = (
            by_group(x, groups)[:, :, :, *p],
            by_group(y, groups)[:, :, :, *o],
        )
        products = np.einsum("ngc,ngf->gfc", pixels, seen)
        out[:, :, *k] += products.reshape(out.shape[:2])
    return out


ANSWERS = {
    "conv": conv,
    "conv_transpose": conv_transpose,
    "conv_filters": conv_filters,
}
