"""Where numbers lie in arrays, and of which type they are."""

from functools import partial

from ..row import Row

row = partial(Row, "layouts")

ROWS = (
    row(
        1,
        "conv_layout",
        "Axes of a convolution's kernel",
        "Images are (N, C, H, W) or (N, H, W, C), and kernels follow them. A kernel "
        "copied as it is has the wrong shape, or the right one by chance.",
        {
            "reference, pytorch, mxnet": [8, 3, 5, 5],
            "tensorflow, jax": [5, 5, 3, 8],
        },
        remedy="Move the axes of image and kernel. `lax.conv` itself wants channels "
        "first; JAX's layers, also those of flax, have them last.",
        agreed=140,
    ),
    row(
        2,
        "dense_layout",
        "Axes of a dense layer's matrix",
        "The matrix is (in, out) or (out, in). A square one is copied without an "
        "error, and computes something else.",
        {
            "reference, tensorflow, jax": [3, 2],
            "pytorch, mxnet": [2, 3],
        },
        remedy="Transpose the matrix.",
        agreed=[22, 28],
    ),
    row(
        3,
        "flatten_order",
        "Order after flattening an image",
        "The dense layer behind a convolution reads its inputs in this order. Weights "
        "that were moved without permuting their rows fit, and are scrambled.",
        {
            "reference, pytorch, mxnet": [1, 2, 3, 4, 5, 6, 7, 8],
            "tensorflow, jax": [1, 5, 2, 6, 3, 7, 4, 8],
        },
        remedy="Put channels first before flattening, or permute the matrix' rows.",
        agreed=[1, 2, 3, 4, 5, 6, 7, 8],
    ),
    row(
        4,
        "dense_on_sequences",
        "A dense layer on sequences",
        "Gluon's layer flattens all axes but the first. It mixes the steps of a "
        "sequence, and nothing complains.",
        {
            "reference, pytorch, tensorflow, jax": [2, 3, 5],
            "mxnet": [2, 5],
        },
        remedy="`flatten=False`.",
        agreed=[2, 3, 5],
    ),
    row(
        50,
        "float_types",
        "Types of a number, and of a float64 array",
        "NumPy's arrays are float64. MXNet and JAX make float32 of them, and half of "
        "the digits are gone.",
        {
            "reference, pytorch, tensorflow": ["float32", "float64"],
            "mxnet, jax": ["float32", "float32"],
        },
        remedy="Name the type; JAX has float64 only while `jax_enable_x64` is set.",
        agreed="float64",
    ),
    row(
        51,
        "float_labels",
        "Labels that are floating-point numbers",
        "Some refuse them. Others round them towards zero, so the label 0.9 is "
        "class 0.",
        {
            "tensorflow, mxnet": 0.31326,
            "reference": "raises DtypeError",
            "pytorch": "raises RuntimeError",
            "jax": "raises TypeError",
        },
        remedy="Hand in integers.",
        agreed=0.31326,
        # MXNet's log_softmax has no more in float32: see row 62.
        digits=5,
    ),
)
