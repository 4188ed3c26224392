"""Functions of single numbers, and statistics."""

from functools import partial

from ..row import Row

row = partial(Row, "functions")

ROWS = (
    row(
        14,
        "gelu",
        "GELU of 1",
        "JAX takes an approximation with a hyperbolic tangent. It is 0.0005 off where "
        "it is worst: too little to see, too much to be rounding.",
        {
            "reference, pytorch, tensorflow, mxnet": 0.841345,
            "jax": 0.841192,
        },
        remedy="`approximate=False`.",
        agreed=0.841345,
    ),
    row(
        58,
        "gelu_function",
        "GELU of 1, by the function beside the layer",
        "`keras.ops.gelu` approximates, `keras.activations.gelu` does not.",
        {
            "mxnet": 0.841345,
            "tensorflow": 0.841192,
        },
        absent={
            "reference": "The reference has one function only: row 14.",
            "pytorch": "PyTorch's layer and its function agree: row 14.",
            "jax": "JAX has one function only: row 14.",
        },
        remedy="`approximate=False`.",
        agreed=0.841345,
    ),
    row(
        15,
        "leaky_relu",
        "Slope of a leaky ReLU layer at -1",
        "Keras' layer lets through thirty times as much. Gluon wants a number.",
        {
            "reference, pytorch, jax": -0.01,
            "tensorflow": -0.3,
            "mxnet": "raises TypeError",
        },
        remedy="Name the slope.",
        agreed=-0.01,
    ),
    row(
        59,
        "leaky_relu_function",
        "Slope of the leaky ReLU function at -1",
        "TensorFlow's function is not its layer, and MXNet's has a default.",
        {
            "reference, pytorch, jax": -0.01,
            "tensorflow": -0.2,
            "mxnet": -0.25,
        },
        remedy="Name the slope.",
        agreed=-0.01,
    ),
    row(
        16,
        "hard_sigmoid",
        "Hard sigmoid of 1",
        "MXNet's line has a slope of 1/5, that of the others 1/6.",
        {
            "reference, pytorch, tensorflow, jax": 0.666667,
            "mxnet": 0.7,
        },
        remedy="`alpha=1 / 6`.",
        agreed=0.666667,
    ),
    row(
        17,
        "softplus",
        "Softplus of 20.5, less 20.5",
        "PyTorch and MXNet return x itself above 20. float32 cannot tell, float64 can, "
        "and so can a test of derivatives.",
        {
            "reference, tensorflow, jax": 1.25015e-9,
            "pytorch, mxnet": 0,
        },
        remedy="`threshold=40` in PyTorch, a formula in MXNet.",
        agreed=1.25015e-9,
    ),
    row(
        18,
        "standard_deviation",
        "Standard deviation of 1, 2, 3, 4",
        "PyTorch divides by n - 1. Inputs standardised with it differ by 0.5 % for a "
        "hundred numbers.",
        {
            "reference, tensorflow, mxnet, jax": 1.11803,
            "pytorch": 1.29099,
        },
        remedy="`correction=0`.",
        agreed=1.11803,
    ),
    row(
        19,
        "round_half",
        "Rounding of 0.5, 1.5 and 2.5",
        "To the even neighbour, or away from zero. Quantised weights move by a step.",
        {
            "reference, pytorch, tensorflow, jax": [0, 2, 2],
            "mxnet": [1, 2, 3],
        },
        remedy="`mx.np.around`.",
        agreed=[0, 2, 2],
    ),
    row(
        60,
        "rint_half",
        "The same with `rint`",
        "In C and in NumPy it takes the even neighbour. MXNet's takes the lower one.",
        {
            "tensorflow, jax": [0, 2, 2],
            "mxnet": [0, 1, 2],
        },
        absent={
            "reference": "The reference has `round` only: row 19.",
            "pytorch": "PyTorch has `round` only: row 19.",
        },
        remedy="`mx.np.around`.",
        agreed=[0, 2, 2],
    ),
    row(
        61,
        "python_float",
        "A Python number as float64",
        "Keras makes a float32 of it on the way. Its optimisers do so with their "
        "settings: rows 65 and 66.",
        {
            "reference, pytorch, mxnet, jax": 0.9,
            "tensorflow": 0.8999999761581421,
        },
        remedy="`tf.constant(0.9, dtype=tf.float64)`.",
        agreed=0.9,
        digits=16,
    ),
    row(
        62,
        "log_softmax_accuracy",
        "Whether log-softmax in float32 is right to 0.000001",
        "With oneDNN, its default on x86, MXNet's is several times worse than float32 "
        "allows. That alone parts trainings in the first hundred steps.",
        {
            "reference, pytorch, tensorflow, jax": True,
            "mxnet": False,
        },
        remedy="Write the formula, or set `MXNET_MKLDNN_ENABLED=0`.",
        agreed=True,
    ),
)
