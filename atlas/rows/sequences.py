"""Recurrent layers and attention: gates, axes, masks."""

from functools import partial

from ..row import Row

row = partial(Row, "sequences")

NO_GRU = "JAX has no GRU; flax has its cell."
NO_ATTENTION = "MXNet has no attention layer of its own; GluonNLP has."
NO_LAYER = "JAX has the function only (row 71); flax has a layer."

ROWS = (
    row(
        36,
        "lstm_parameters",
        "Parameters of an LSTM from 3 features to 5",
        "One bias or two, which count by their sum; JAX has one vector for all. All "
        "have the gates in one order: input, forget, cell, output. ONNX has another.",
        {
            "reference, tensorflow": [[3, 20], [5, 20], [20]],
            "pytorch, mxnet": [[20, 3], [20, 5], [20], [20]],
            "jax": [[200]],
        },
        remedy="Transpose the matrices and add the biases. Here each gate has a number "
        "of its own.",
        agreed=0.139303,
    ),
    row(
        69,
        "lstm_output",
        "What an LSTM returns for 2 sequences of 4 steps",
        "Keras returns the last step only. A layer behind it gets one axis less.",
        {
            "reference, pytorch, mxnet, jax": [2, 4, 5],
            "tensorflow": [2, 5],
        },
        remedy="`return_sequences=True`.",
        agreed=[2, 4, 5],
    ),
    row(
        70,
        "lstm_forget_bias",
        "Smallest bias of an LSTM's forget gate",
        "Keras begins with 1, so a state is remembered from the start. Elsewhere long "
        "sequences learn later, if nobody thinks of it.",
        {
            "reference, pytorch": -0.032,
            "tensorflow": 1,
            "mxnet": 0,
        },
        absent={"jax": "JAX's LSTM is a function of weights that are drawn as one."},
        remedy="Set it.",
        agreed=1,
        digits=2,
    ),
    row(
        37,
        "gru_gates",
        "Order of a GRU's gates",
        "Reset, update, new in PyTorch; update, reset, new in Keras. Weights copied as "
        "they are fit, and swap the two.",
        {
            "reference, pytorch, mxnet": 0.934891,
            "tensorflow": 0.933491,
        },
        absent={"jax": NO_GRU},
        remedy="Swap the first two thirds.",
        agreed=0.934891,
    ),
    row(
        38,
        "sequences_read",
        "Sequences that an LSTM reads in (5, 7, 3)",
        "Samples come first, or steps do. The other way round every shape fits.",
        {
            "reference, tensorflow, jax": 5,
            "pytorch, mxnet": 7,
        },
        remedy='`batch_first=True`, `layout="NTC"`.',
        agreed=5,
    ),
    row(
        39,
        "attention_weights",
        "Weights that make queries of 6 features, 2 heads",
        "PyTorch packs those of queries, keys and values into one matrix. Keras gives "
        "every head an axis.",
        {
            "reference": [6, 6],
            "pytorch": [18, 6],
            "tensorflow": [6, 2, 3],
        },
        absent={"mxnet": NO_ATTENTION, "jax": NO_LAYER},
        remedy="Split and transpose, or reshape.",
        agreed=[6, 6],
    ),
    row(
        40,
        "attention_layer_mask",
        "What True means in a mask of an attention layer",
        "Values are 1 and 2, and the mask is true for the first. In PyTorch's layer "
        "true means blocked, in its function (row 71) it means kept.",
        {
            "reference, tensorflow": 1,
            "pytorch": 2,
        },
        absent={"mxnet": NO_ATTENTION, "jax": NO_LAYER},
        remedy="`~mask`.",
        agreed=1,
    ),
    row(
        71,
        "attention_mask",
        "What True means in a mask of the attention function",
        "All agree: true means kept.",
        {"reference, pytorch, tensorflow, jax": 1},
        absent={"mxnet": NO_ATTENTION},
    ),
)
