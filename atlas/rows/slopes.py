"""Derivatives where there are several, or none: ties, kinks, bounds."""

from functools import partial

from ..row import Row

row = partial(Row, "slopes")

ROWS = (
    row(
        41,
        "max_ties",
        "Slope of the largest of 2, 2, 1",
        "MXNet gives each of the two all of it, so more flows back than came.",
        {
            "reference, pytorch, tensorflow, jax": [0.5, 0.5, 0],
            "mxnet": [1, 1, 0],
        },
        remedy="The mean over those that are largest.",
        agreed=[0.5, 0.5, 0],
    ),
    row(
        72,
        "max_along_axis_ties",
        "The same along an axis",
        "PyTorch's `max(dim)` gives it to the first, unlike its `max()` and `amax`.",
        {
            "reference, tensorflow, jax": [0.5, 0.5, 0],
            "pytorch": [1, 0, 0],
            "mxnet": [1, 1, 0],
        },
        remedy="`amax`; in MXNet the mean over those that are largest.",
        agreed=[0.5, 0.5, 0],
    ),
    row(
        42,
        "maximum_tie",
        "Slope of max(x, 2) at 2",
        "A half or all of it.",
        {
            "reference, pytorch, jax": 0.5,
            "tensorflow, mxnet": 1,
        },
        remedy="`where(x > 2, x, 2)` has one meaning.",
        agreed=0,
    ),
    row(
        43,
        "relu_kink",
        "Slopes of ReLU at 0, and of the same written as a maximum",
        "Zeros are common: images have black pixels, padding is zero. Exchanging one "
        "for the other changes gradients.",
        {
            "pytorch, tensorflow, mxnet": [0, 1],
            "reference, jax": [0, 0.5],
        },
        remedy="Take the framework's ReLU.",
        agreed=[0, 0],
    ),
    row(
        44,
        "clip_bound",
        "Slope of clipping at the bound",
        "JAX halves it.",
        {
            "reference, pytorch, tensorflow, mxnet": 1,
            "jax": 0.5,
        },
        remedy="Two `where`.",
        agreed=1,
    ),
    row(
        45,
        "abs_kink",
        "Slope of the absolute value at 0",
        "JAX takes 1. An L1 penalty pushes parameters away from 0.",
        {
            "reference, pytorch, tensorflow, mxnet": 0,
            "jax": 1,
        },
        remedy="`x * sign(x)`.",
        agreed=0,
    ),
    row(
        46,
        "norm_at_zero",
        "Slope of the norm of a zero vector",
        "Zero over zero. One padded sample turns all parameters into not-a-number.",
        {
            "reference, pytorch": [0, 0],
            "tensorflow, mxnet, jax": ["nan", "nan"],
        },
        remedy="Take the root of 1 there, and choose 0 behind it.",
        agreed=[0, 0],
    ),
    row(
        47,
        "product_with_zero",
        "Slope of the product of 0, 2, 3",
        "MXNet divides the product by each factor.",
        {
            "reference, pytorch, tensorflow, jax": [6, 0, 0],
            "mxnet": ["nan", 0, 0],
        },
        remedy="Multiply one by one.",
        agreed=[6, 0, 0],
    ),
)
