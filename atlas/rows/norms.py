"""Normalisation: what is added to a variance, and which variance is kept."""

from functools import partial

from ..row import Row

row = partial(Row, "norms")

NO_STATISTICS = "JAX's example layers keep no running statistics; those of flax do."

ROWS = (
    row(
        9,
        "batch_norm_eps",
        "What batch normalisation adds to the variance",
        "Keras adds a hundred times as much. It shows where activations are small, as "
        "in the first steps of training.",
        {
            "reference, pytorch, mxnet, jax": 0.953463,
            "tensorflow": 0.301511,
        },
        remedy="`epsilon=1e-5`.",
        agreed=0.953463,
    ),
    row(
        10,
        "batch_norm_momentum",
        "Momentum of batch normalisation",
        "It is the weight of the new in PyTorch, of the old elsewhere: 0.1 and 0.9 are "
        "the same. Keras' 0.99 forgets ten times more slowly.",
        {
            "reference, pytorch, mxnet": 1,
            "tensorflow": 0.1,
        },
        absent={"jax": NO_STATISTICS},
        remedy="0.1 as the weight of the new is 0.9 as that of the old.",
        agreed=1,
    ),
    row(
        11,
        "batch_norm_variance",
        "Variance that batch normalisation keeps",
        "PyTorch keeps n/(n-1) times the variance of a batch, and divides by the plain "
        "one in training. Small batches make it large.",
        {
            "reference, pytorch": 1.66667,
            "tensorflow, mxnet": 1.25,
        },
        absent={"jax": NO_STATISTICS},
        remedy="Scale what was kept; the reference has `is_unbiased=False`.",
        agreed=1.25,
    ),
    row(
        12,
        "layer_norm_eps",
        "What layer normalisation adds to the variance",
        "Keras has 0.001 again, PyTorch 0.00001. flax has 0.000001, and takes the "
        "variance as a difference of two large numbers unless told otherwise.",
        {
            "reference, pytorch, mxnet, jax": 0.953463,
            "tensorflow": 0.301511,
        },
        remedy="`epsilon=1e-5`.",
        agreed=0.953463,
    ),
    row(
        13,
        "group_norm_eps",
        "What group normalisation adds to the variance",
        "The same, and Keras makes 32 groups unless a number is given.",
        {
            "reference, pytorch, mxnet": 0.953463,
            "tensorflow": 0.301511,
        },
        absent={"jax": "JAX has no group normalisation; flax adds 0.000001."},
        remedy="`epsilon=1e-5`.",
        agreed=0.953463,
    ),
    row(
        55,
        "rms_norm_eps",
        "What root-mean-square normalisation adds",
        "PyTorch adds the spacing of float32 at 1, about 0.00000012, Keras eight times "
        "as much. Small inputs are scaled by another factor.",
        {
            "reference, pytorch": 0.945245,
            "tensorflow": 0.707107,
        },
        absent={
            "mxnet": "MXNet has no such normalisation.",
            "jax": "JAX has no such normalisation; flax adds 0.000001.",
        },
        remedy="`eps=1e-6`.",
        agreed=0.707107,
    ),
    row(
        56,
        "batch_norm_when",
        "When running statistics are updated",
        "MXNet updates them in the backward pass. A pass in training mode without one, "
        "such as to calibrate a model, leaves them as they were.",
        {
            "reference, pytorch, tensorflow": True,
            "mxnet": False,
        },
        absent={"jax": NO_STATISTICS},
        remedy="Call `backward`.",
        agreed=True,
    ),
    row(
        57,
        "batch_norm_op",
        "Batch normalisation as a function, with a scale of 2",
        "MXNet's function, unlike its layer, ignores the scale and adds 0.001. Keras' "
        "function adds what its layer adds.",
        {
            "reference, pytorch, jax": 1.90693,
            "tensorflow": 0.603023,
            "mxnet": 0.301511,
        },
        remedy="`fix_gamma=False` and the same `eps`.",
        agreed=1.90693,
    ),
)
