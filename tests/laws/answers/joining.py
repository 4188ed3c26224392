import numpy as np

ANSWERS = {
    "concat": lambda *inputs, axis: np.concatenate(inputs, axis),
}
