"""Losses: what they take, where they are cut off, and what they divide by."""

from functools import partial

from ..row import Row

row = partial(Row, "losses")

ROWS = (
    row(
        20,
        "cross_entropy_input",
        "Cross-entropy of a certain and wrong answer",
        "Keras wants probabilities by default, and cuts them off at 0.0000001: such a "
        "sample has no gradient. Logits handed in instead give a number, too.",
        {
            "reference, pytorch, mxnet, jax": 200,
            "tensorflow": 16.1181,
        },
        remedy="`from_logits=True`.",
        agreed=200,
    ),
    row(
        63,
        "class_weights",
        "Cross-entropy with weights 1 and 3",
        "PyTorch divides by the sum of the weights, others by the number of samples. "
        "The step size changes with the classes of a batch.",
        {
            "reference, pytorch": 0.55159,
            "tensorflow, mxnet, jax": 1.10318,
        },
        remedy="Divide a sum by the sum of the weights.",
        agreed=0.55159,
        # MXNet's log_softmax has no more in float32: see row 62.
        digits=5,
    ),
    row(
        64,
        "batch_twice",
        "A step on the mean of a loss over 4 samples",
        "Gluon's `Trainer.step(batch)` divides the gradient by the batch. With a mean "
        "it was divided already, and the step is too small by that factor.",
        {
            "reference, pytorch, tensorflow, jax": 0.8,
            "mxnet": 0.95,
        },
        remedy="`trainer.step(1)` with a mean, or a sum with `step(batch)`.",
        agreed=0.8,
    ),
    row(
        21,
        "certain_and_wrong",
        "Binary cross-entropy of probability 0 where 1 is right",
        "Infinity, cut off in three ways. What training sees of its worst samples is a "
        "choice of the framework.",
        {
            "reference, jax": "inf",
            "pytorch": 100,
            "tensorflow": 16.1181,
            "mxnet": 27.631,
        },
        remedy="Hand in logits; here the logit is -200.",
        agreed=200,
    ),
    row(
        22,
        "squared_error",
        "Squared error of 3 where 0 is right",
        "Gluon's loss is half the square, so its gradients are half as large. So is "
        "`optax.l2_loss`.",
        {
            "reference, pytorch, tensorflow, jax": 9,
            "mxnet": 4.5,
        },
        remedy="`weight=2`.",
        agreed=9,
    ),
    row(
        67,
        "huber",
        "Huber's loss, bent at 2, of 3 where 0 is right",
        "Gluon divides it by where it bends. PyTorch calls that `smooth_l1_loss`.",
        {
            "reference, pytorch, tensorflow": 4,
            "mxnet": 2,
        },
        absent={"jax": "JAX has no such loss; optax has."},
        remedy="Multiply by `rho`.",
        agreed=4,
    ),
)
