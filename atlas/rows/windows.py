"""Windows over images: their borders, their order, and images of another size."""

from functools import partial

from ..row import Row

row = partial(Row, "windows")

NO_RESIZE = "The reference has no function that resizes images."

ROWS = (
    row(
        5,
        "same_padding",
        "Padding to the same size with a stride of 2",
        "'Same' puts an odd number of zeros at the end; a padding of 1 puts them at "
        "both ends. Shapes agree, every window is shifted by one pixel.",
        {
            "reference, pytorch, mxnet": [3, 9, 15],
            "tensorflow, jax": [6, 12, 11],
        },
        remedy="Pad by hand, at the end only.",
        agreed=[6, 12, 11],
    ),
    row(
        6,
        "conv_default_padding",
        "Padding of a convolution by default",
        "These five agree on none. flax' `nn.Conv` pads to the same size by default.",
        {"reference, pytorch, tensorflow, mxnet, jax": [3, 3]},
    ),
    row(
        7,
        "avg_pool_borders",
        "Zeros in the mean of a window at the border",
        "Either the padding's zeros count, or the mean is taken of what is inside. "
        "Images get darker edges with the first.",
        {
            "reference, pytorch, mxnet": [1, 2, 3, 4, 5, 3.66667],
            "tensorflow, jax": [1.5, 2, 3, 4, 5, 5.5],
        },
        remedy="`count_include_pad=False`.",
        agreed=[1.5, 2, 3, 4, 5, 5.5],
    ),
    row(
        8,
        "conv_transpose_kernel",
        "Direction of the kernel in a transposed convolution",
        "`lax.conv_transpose` does not flip the kernel, so it is no transpose of a "
        "convolution. Symmetric kernels hide it.",
        {
            "reference, pytorch, tensorflow, mxnet": [1, 2, 5, 4, 9, 6, 9],
            "jax": [3, 2, 7, 4, 11, 6, 3],
        },
        remedy="`transpose_kernel=True`.",
        agreed=[1, 2, 5, 4, 9, 6, 9],
    ),
    row(
        48,
        "max_pool_tie",
        "Slope of max-pooling where two are largest",
        "All give it to the first, unlike what `max` does in most of them (row 41).",
        {"reference, pytorch, tensorflow, mxnet, jax": [1, 0, 0]},
    ),
    row(
        52,
        "resize_up",
        "Bilinear resizing to a larger image",
        "Either the centres of the outer pixels stay in place, or the outer edges do. "
        "The inner pixels move.",
        {
            "pytorch, tensorflow, jax": [1, 1.25, 1.75, 2],
            "mxnet": [1, 1.33333, 1.66667, 2],
        },
        absent={"reference": NO_RESIZE},
        remedy="`align_corners=False`.",
        agreed=[1, 1.25, 1.75, 2],
    ),
    row(
        53,
        "resize_down",
        "Bilinear resizing to a smaller image",
        "JAX takes a weighted mean over all pixels around. The others read the two "
        "nearest, so fine patterns alias.",
        {
            "pytorch, tensorflow, mxnet": [1.5, 6.5],
            "jax": [1.71429, 5.85714],
        },
        absent={"reference": NO_RESIZE},
        remedy="`antialias=False`.",
        agreed=[1.5, 6.5],
    ),
    row(
        54,
        "same_by_name",
        "Asking for 'same' padding with a stride of 2",
        "PyTorch and MXNet refuse. Whoever writes 1 instead has row 5.",
        {
            "reference, tensorflow, jax": 3,
            "pytorch": "raises ValueError",
            "mxnet": "raises MXNetError",
        },
        remedy="Name the number of zeros.",
        agreed=3,
    ),
)
