import numpy as np

from .phases import with_positive_pivots


def eigh(x):
    hermitian = (x + np.conj(x.swapaxes(-1, -2))) / 2
    values, vectors = np.linalg.eigh(hermitian)
    return values, with_positive_pivots(vectors)


ANSWERS = {"eigh": eigh, "eigvalsh": lambda x: eigh(x)[0]}
