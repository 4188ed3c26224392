import numpy as np

ANSWERS = {
    "astype": lambda x, *, dtype: np.array(x.tolist(), dtype),
    "identity": np.positive,
}
