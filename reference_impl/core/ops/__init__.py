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
    greater_equal,
    less,
    less_equal,
    log,
    multiply,
    negative,
    not_equal,
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
    "greater_equal",
    "less",
    "less_equal",
    "log",
    "logsumexp",
    "matmul",
    "matrix_transpose",
    "mean",
    "multiply",
    "negative",
    "not_equal",
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
