"""Images with ties, their windows as NumPy sees them, and kernels that run on them."""

import ctypes
import itertools

import numpy as np
import pytest

from reference_impl.core.build import built
from reference_impl.core.kernel import Buffer, Ref
from reference_impl.core.kernels.window_loops import Strided

FUNCTION = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
NCHW, NHWC = (0, 1, 2, 3), (0, 2, 3, 1)
ORDERS = pytest.mark.parametrize("order", [NCHW, NHWC], ids=["NCHW", "NHWC"])
IMAGES = (3, 5, 7, 10)  # where the last row and the last column are in no window
TAPS = (2, 3)


class Array:
    """An array in some order in memory, as an argument of kernels."""

    def __init__(self, values, order):
        self.lying = np.ascontiguousarray(values.transpose(order))
        self.values = self.lying.transpose(np.argsort(order))
        self.ref = Ref(Buffer(self.lying.nbytes, "test"))
        self.order = order

    def walk(self, steps=None):
        """How windows with these steps move over it, or over what they have made."""
        strides = [n // self.values.itemsize for n in self.values.strides]
        moved = np.multiply(strides, (1, 1, *(steps or (1, 1)))).tolist()
        positions = [moved[axis] for axis in self.order]
        return Strided(
            self.ref, self.values.dtype, positions, strides[2:] if steps else ()
        )


def run(kernel, *arrays):
    """Call a kernel, with the images in two parts."""
    places = {each.ref: each.lying.ctypes.data for each in arrays}
    words = [places[x] if isinstance(x, Ref) else x for x in kernel.args]
    args = np.array(words, np.int64)
    function = FUNCTION(built({kernel.source})[kernel.source.name])
    for begin, end in itertools.pairwise((0, 1, kernel.extent)):
        function(args.ctypes.data, begin, end)


def images(dtype="float32"):
    """Small integers, so that there are ties; and some that are not numbers."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, IMAGES).astype(dtype)
    x[rng.random(IMAGES) < 0.05] = np.nan
    return x


def boxes(x, steps):
    """The windows, with their elements along one last axis."""
    every = np.lib.stride_tricks.sliding_window_view(x, TAPS, (2, 3))
    every = every[:, :, :: steps[0], :: steps[1]]
    return every.reshape(*every.shape[:4], -1)


def of_first_largest(t, x, steps):
    first = np.argmax(boxes(x, steps), -1)[..., None]
    return np.take_along_axis(boxes(t, steps), first, -1)[..., 0]


def numbers(x, steps):
    """One for every window, all different."""
    shape = boxes(x, steps).shape[:4]
    return np.arange(1.0, np.prod(shape) + 1).reshape(shape).astype(x.dtype)


def added_up(g, x, steps):
    out = np.zeros(x.shape, x.dtype)
    there = of_first_largest(np.arange(x.size).reshape(x.shape), x, steps)
    np.add.at(out.reshape(-1), there, g)
    return out


def sizes(x):
    return [x.values.shape[axis] for axis in x.order]
