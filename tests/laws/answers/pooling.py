import numpy as np

ANSWERS = {
    "first_largest": lambda x: np.max(x, axis=0),
    "is_first_largest": lambda x: np.arange(len(x))[:, None] == np.argmax(x, axis=0),
}
