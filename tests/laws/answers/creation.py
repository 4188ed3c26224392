import numpy as np

ANSWERS = {
    "one_hot": lambda labels, *, classes, dtype: np.eye(classes, dtype=dtype)[labels],
}
