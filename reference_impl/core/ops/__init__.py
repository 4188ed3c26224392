"""Every op and every function that is composed of ops."""

from .contraction import matmul
from .creation import full, one_hot, ones, ones_like, zeros, zeros_like
from .elementwise import (
    add,
    astype,
    divide,
    equal,
    exp,
    greater,
    less,
    log,
    multiply,
    negative,
    subtract,
    where,
)
from .movement import broadcast_to, matrix_transpose, permute_dims, reshape
from .reduction import logsumexp, mean, sum

__all__ = [
    "add",
    "astype",
    "broadcast_to",
    "divide",
    "equal",
    "exp",
    "full",
    "greater",
    "less",
    "log",
    "logsumexp",
    "matmul",
    "matrix_transpose",
    "mean",
    "multiply",
    "negative",
    "one_hot",
    "ones",
    "ones_like",
    "permute_dims",
    "reshape",
    "subtract",
    "sum",
    "where",
    "zeros",
    "zeros_like",
]
