"""First parameters, and what is done in training only."""

from functools import partial

from ..row import Row

row = partial(Row, "training")

ROWS = (
    row(
        34,
        "dense_start",
        "Largest first weight and bias of a layer from 100 to 1000",
        "PyTorch goes by the inputs only and has random biases. Gluon does not look at "
        "the size of the layer at all. flax has normal numbers and biases of 0.",
        {
            "reference, pytorch": [0.1, 0.1],
            "tensorflow": [0.074, 0],
            "mxnet": [0.07, 0],
            "jax": [0.097, 0.036],
        },
        remedy="Name the distribution; better, load equal numbers.",
        agreed=[0.1, 0],
        digits=2,
    ),
    row(
        35,
        "embedding_start",
        "Spread of an embedding's first weights",
        "PyTorch's are 35 times as large as Keras'. A model that shares them with its "
        "last layer begins with enormous logits.",
        {
            "reference, pytorch": 1,
            "tensorflow": 0.029,
            "mxnet": 0.04,
        },
        absent={"jax": "JAX has no embedding layer; that of flax goes by the width."},
        remedy="Name the distribution; here the one that GPT-2 has.",
        agreed=0.02,
        digits=2,
    ),
    row(
        49,
        "dropout_rate",
        "Factor of what a dropout of 0.1 keeps",
        "All scale in training, by 1 over what is kept. The rate is what is dropped; "
        "in JAX's example it is what is kept.",
        {
            "reference, pytorch, tensorflow, mxnet": 1.11111,
            "jax": 10,
        },
        remedy="Take 1 less the rate. Masks are never equal: hand them in as data.",
        agreed=1.11111,
    ),
    row(
        73,
        "dropout_mode",
        "Whether a new dropout layer drops anything",
        "PyTorch's layers begin in training mode. Whoever forgets `eval()` gets random "
        "answers; whoever forgets `training=True` elsewhere never drops.",
        {
            "reference, tensorflow, mxnet": False,
            "pytorch, jax": True,
        },
        remedy='`eval()`, `mode="test"`.',
        agreed=False,
    ),
)
