import numpy as np


def adjoint(x):
    return np.conj(x.swapaxes(-1, -2))


def cholesky(x):
    """Column by column, as Cholesky did it by hand."""
    x = (x + adjoint(x)) / 2
    out = np.zeros_like(x)
    for j in range(x.shape[-1]):
        rest = x[..., j] - (out @ np.conj(out[..., j, :, None]))[..., 0]
        out[..., j:, j] = rest[..., j:] / np.sqrt(rest[..., j, None])
    return out


def qr(x, *, complete):
    """Gram-Schmidt; the signs of LAPACK's reflections are those of the diagonal."""
    q, r = np.zeros_like(x), np.zeros_like(x[..., : x.shape[-1], :])
    signs = np.sign(np.linalg.qr(x).R.diagonal(axis1=-2, axis2=-1).real)
    for j in range(x.shape[-1]):
        along = adjoint(q) @ x[..., j, None]
        rest = x[..., j, None] - q @ along
        size = np.linalg.norm(rest, axis=-2, keepdims=True) * signs[..., j, None, None]
        q[..., j, None], r[..., j, None] = rest / size, along
        r[..., j, j] = size[..., 0, 0]
    return q, r


ANSWERS = {"cholesky": cholesky, "qr": qr}
