"""Optimisers: formulas, defaults, and where a constant stands in a formula."""

from functools import partial

from ..row import Row

row = partial(Row, "optimisers")

FORMULA = "Write the formula, as this book's adapters do: `adapters/*/optim.py`."

ROWS = (
    row(
        23,
        "sgd_momentum",
        "Momentum while the step size falls",
        "PyTorch scales the velocity when it is used, Keras and MXNet the gradient "
        "when it comes in. There a smaller step size takes long to have an effect.",
        {
            "reference, pytorch, jax": [0.9, 0.881, 0.87829],
            "tensorflow, mxnet": [0.9, 0.8, 0.709],
        },
        remedy="With a constant step size all agree, as here. Otherwise write the "
        "formula; the reference has `lr_inside=True`.",
        agreed=[0.9, 0.71, 0.439],
    ),
    row(
        24,
        "adam_eps_place",
        "Where Adam adds its epsilon, here 0.001",
        "Keras and MXNet add it before the correction for the first steps, which makes "
        "it 32 times as strong in the first one.",
        {
            "reference, pytorch, jax": [0.9001],
            "tensorflow, mxnet": [0.90307],
        },
        remedy="Make it so small that it has no effect; the reference has "
        "`eps_hat=True` for the other place.",
        agreed=[0.9],
        digits=5,
    ),
    row(
        25,
        "adam_small_gradient",
        "Adam, by default, with a gradient of 0.00000001",
        "Adam should not care about the size of gradients. Epsilon halves the step in "
        "PyTorch; in Keras 0.3 % of it are left.",
        {
            "reference, pytorch, jax": [0.95],
            "tensorflow": [0.99968],
            "mxnet": [0.99693],
        },
        remedy="Make epsilon so small that it has no effect.",
        agreed=[0.9],
        digits=5,
    ),
    row(
        26,
        "adam_weight_decay",
        "Adam with weight decay",
        "PyTorch and MXNet add it to the gradient, where Adam rescales it. In Keras "
        "the same word decays the parameter itself, as AdamW does.",
        {
            "reference, pytorch, mxnet": [0.9],
            "tensorflow": [0.99],
        },
        absent={"jax": "JAX's example Adam has no weight decay."},
        remedy="AdamW; in MXNet scale the parameter before the step.",
        agreed=[0.99],
    ),
    row(
        27,
        "adamw_default",
        "Weight decay of AdamW by default",
        "0.01 in PyTorch, 0.004 in Keras, 0.0001 in optax.",
        {
            "reference, pytorch": [0.999],
            "tensorflow": [0.9996],
        },
        absent={
            "mxnet": "MXNet has no AdamW among its optimisers.",
            "jax": "JAX has no AdamW; optax has.",
        },
        remedy="Name it.",
        agreed=[0.999],
    ),
    row(
        28,
        "sgd_weight_decay",
        "Momentum with weight decay",
        "In Keras the decay has no momentum. The difference begins with the second "
        "step.",
        {
            "reference, pytorch, mxnet": [0.99, 0.9711],
            "tensorflow": [0.99, 0.9801],
        },
        absent={"jax": "JAX's example optimisers have no weight decay."},
        remedy="Add it to the gradient, or half its square to the loss.",
        agreed=[0.99, 0.9711],
    ),
    row(
        29,
        "rmsprop_defaults",
        "RMSprop by default",
        "PyTorch's step size is ten times as large and its memory ten times as long; "
        "it adds epsilon outside of the root, the others inside.",
        {
            "reference, pytorch": 0.9,
            "tensorflow, mxnet, jax": 0.996838,
        },
        remedy="Name step size and decay. JAX has no default step size; here it is "
        "0.001.",
        agreed=0.996838,
    ),
    row(
        30,
        "adagrad_start",
        "Adagrad's first step of 0.1",
        "Keras' sum of squares begins at 0.1, as that of optax. JAX's example has a "
        "momentum of 0.9, so a tenth of the first step is left.",
        {
            "reference, pytorch, mxnet": [0.9],
            "tensorflow": [0.904654],
            "jax": [0.99],
        },
        remedy="`initial_accumulator_value=0.0`, `momentum=0.0`.",
        agreed=[0.9],
    ),
    row(
        31,
        "adadelta_defaults",
        "Adadelta by default",
        "Keras scales the step by 0.001, and so hardly moves. MXNet adds ten times as "
        "much inside the roots.",
        {
            "reference, pytorch": 0.996838,
            "tensorflow": 0.999999,
            "mxnet": 0.99,
        },
        absent={"jax": "JAX has no Adadelta; optax has."},
        remedy="A step size of 1, a decay of 0.9, an epsilon of 0.000001.",
        agreed=0.996838,
    ),
    row(
        32,
        "nadam",
        "NAdam",
        "Its momentum grows with the steps: slowly in PyTorch and MXNet, 250 times as "
        "fast in Keras.",
        {
            "reference, pytorch, mxnet": [0.894355, 0.815986],
            "tensorflow": [0.893721, 0.816362],
        },
        absent={"jax": "JAX has no NAdam; that of optax has a constant momentum."},
        remedy="`momentum_decay=1.0`, `schedule_decay=1.0`.",
        agreed=[0.893721, 0.816362],
    ),
    row(
        33,
        "clip_by_global_norm",
        "Gradients clipped to a small norm",
        "PyTorch adds 0.000001 to the norm, MXNet 0.00000001. Here it shows; gradients "
        "of size 1 end 0.0001 % short.",
        {
            "reference, tensorflow, jax": [6e-7, 8e-7],
            "pytorch": [5e-7, 6.66667e-7],
            "mxnet": [5.98802e-7, 7.98403e-7],
        },
        remedy="Scale by hand.",
        agreed=[6e-7, 8e-7],
    ),
    row(
        65,
        "float64_momentum",
        "Momentum in float64",
        "Keras and MXNet keep settings in float32. Two steps are right to nine digits, "
        "so a comparison in float64 finds a difference that is none of the model.",
        {
            "reference, pytorch, jax": [0.9, 0.71],
            "tensorflow, mxnet": [0.8999999985099, 0.7099999980628],
        },
        remedy=FORMULA,
        agreed=[0.9, 0.71],
        digits=12,
    ),
    row(
        66,
        "float64_adam",
        "Adam in float64",
        "The same, and worse: 1 - 0.999 loses three digits more.",
        {
            "reference, pytorch, jax": [0.900000001],
            "tensorflow": [0.900000982],
            "mxnet": [0.899999369],
        },
        remedy=FORMULA,
        agreed=[0.900000001],
        digits=9,
    ),
    row(
        68,
        "float64_rmsprop",
        "RMSprop in float64",
        "MXNet's has no kernel for it.",
        {
            "reference, pytorch, tensorflow, jax": [0.683772],
            "mxnet": "raises MXNetError",
        },
        remedy=FORMULA,
        agreed=[0.683772],
    ),
)
