import numpy as np


def pinv(x, *, rtol):
    """The inverse of full rank, by the normal equations."""
    adjoint = np.conj(x.swapaxes(-1, -2))
    if x.shape[-2] >= x.shape[-1]:
        return np.linalg.solve(adjoint @ x, adjoint)
    return adjoint @ np.linalg.inv(x @ adjoint)


def inv(x):
    return np.linalg.solve(
        x, np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape)
    )


ANSWERS = {"inv": inv, "pinv": pinv, "solve": lambda x, y: np.linalg.inv(x) @ y}
