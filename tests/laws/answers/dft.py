import numpy as np


def oscillations(size, sign):
    steps = np.arange(size)
    return np.exp(sign * 2j * np.pi * np.outer(steps, steps) / size)


def transformed(x, axis, sign, divisor_power):
    size = x.shape[axis]
    along = np.moveaxis(x, axis, -1) @ oscillations(size, sign) / size**divisor_power
    return np.moveaxis(along, -1, axis)


def divisor_power(norm, inverse):
    return {"backward": inverse, "ortho": 0.5, "forward": not inverse}[norm]


def fft(x, *, axes, inverse, norm):
    out = x
    for axis in axes:
        sign = 1 if inverse else -1
        out = transformed(out, axis, sign, divisor_power(norm, inverse))
    return out.astype(x.dtype)


def rfft(x, *, norm):
    whole = transformed(x, -1, -1, divisor_power(norm, False))
    precision = {"float32": "complex64", "float64": "complex128"}[x.dtype.name]
    return whole[..., : x.shape[-1] // 2 + 1].astype(precision)


def irfft(x, *, size, norm):
    """A real cosine and sine for every frequency; all but the ends count twice."""
    out = np.zeros((*x.shape[:-1], size))
    for k in range(size // 2 + 1):
        angle = 2 * np.pi * k * np.arange(size) / size
        weight = 1 if k in (0, size / 2) else 2
        real, imag = x[..., k, None].real, x[..., k, None].imag
        out += weight * (real * np.cos(angle) - imag * np.sin(angle))
    return (out / size ** divisor_power(norm, True)).astype(x.real.dtype)


ANSWERS = {"fft": fft, "irfft": irfft, "rfft": rfft}
