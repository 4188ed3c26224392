import numpy as np

ANSWERS = {
    "logsumexp": lambda x, *, axes: np.log(np.sum(np.exp(x), axis=axes, keepdims=True)),
    "sum": lambda x, *, axes: np.sum(x, axis=axes, keepdims=True),
}
