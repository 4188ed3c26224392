"""What is promised of compiled functions: results of eager ones, up to rounding.

Sums are taken in another order, elementary functions are the compiler's own, and
products and sums may be rounded once instead of twice.
"""

import numpy as np

import reference_impl as ri

TOLERANCE = {
    ri.float64: 1e-12,
    ri.complex128: 1e-12,
    ri.float32: 1e-5,
    ri.complex64: 1e-5,
    # Four units in the last place: fused ops round once, at the end.
    ri.float16: 4 * 2.0**-11,
    ri.bfloat16: 4 * 2.0**-8,
}


def assert_as_eager(came, eager):
    """Compare trees: the largest difference against the largest element."""
    names = ri.tree.names(eager)
    pairs = zip(ri.tree.flatten(came)[0], ri.tree.flatten(eager)[0], strict=True)
    for name, (x, y) in zip(names, pairs, strict=True):
        assert (x.dtype, x.shape) == (y.dtype, y.shape), name
        x, y = x.numpy(), y.numpy()
        if x.dtype not in TOLERANCE:
            np.testing.assert_array_equal(x, y, err_msg=name)
            continue
        atol = TOLERANCE[x.dtype] * np.abs(y[np.isfinite(y)]).max(initial=0)
        if x.dtype in (ri.float16, ri.bfloat16):
            x, y = x.astype(np.float32), y.astype(np.float32)
        np.testing.assert_allclose(x, y, rtol=0, atol=float(atol), err_msg=name)
