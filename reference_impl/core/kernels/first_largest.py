"""Which element of every column of a stack is the first of the largest."""

from __future__ import annotations

from ..dtype import Dtype
from ..kernel import Source, named

_TEXT = '''from reference_impl.core.codegen.language import array, load, store


def {{name}}(args, begin, end):
    """y[k, i, j] = (k is the first place of the largest of x[:, i, j]), or a NaN."""
    x, y = array(args, 0, "{dtype}"), array(args, 1, "bool")
    layers, n = args[2], args[3]
    x_layer, x_row, x_column = args[4], args[5], args[6]
    y_layer, y_row, y_column = args[7], args[8], args[9]

    for i in range(begin, end):
        for j in range(n):
            x_j, y_j = i * x_row + j * x_column, i * y_row + j * y_column
            largest, place = load(x, 0, x_j), 0
            for k in range(1, layers):
                v = load(x, 0, x_j + k * x_layer)
                if v > largest or (v != v and largest == largest):
                    largest, place = v, k
            for k in range(layers):
                store(y, 1, y_j + k * y_layer, k == place)
'''


def first_largest(dtype: Dtype) -> Source:
    """Mark one element of every column of a stack (layers, rows, columns)."""
    return named("first_largest", _TEXT.format(dtype=dtype))
