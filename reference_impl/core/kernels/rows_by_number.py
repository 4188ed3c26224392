"""Rows of a table by their numbers: looked up, and added up where they were found."""

from __future__ import annotations

from ..dtype import Dtype
from ..kernel import Source, named

_HEAD = """from reference_impl.core.codegen.language import array, load, store


def {{name}}(args, begin, end):
    \"\"\"{formula}\"\"\"
    x = array(args, 0, "{dtype}")
    rows = array(args, 1, "{index}")
    y = array(args, 2, "{dtype}")
    size = args[3]
    n = args[4]
    x_row = args[5]
    y_row = args[6]

"""

_TAKEN = """    for i in range(begin, end):
        number = load(rows, 1, i)
        if number < 0:
            number += size
        x_i, y_i = number * x_row, i * y_row
        for j in range(n):
            store(y, 2, y_i + j, load(x, 0, x_i + j))
"""

# Several rows may have one number, so threads share columns.
_ADDED = """    for i in range(n):
        number = load(rows, 1, i)
        if number < 0:
            number += size
        x_i, y_i = i * x_row, number * y_row
        for j in range(begin, end):
            store(y, 2, y_i + j, load(y, 2, y_i + j) + load(x, 0, x_i + j))
"""


def taken_rows(dtype: Dtype, index: Dtype) -> Source:
    """Write row number `rows[i]` of x to row i of y, row by row.

    The arguments: x, rows and y; how many rows x has, and of how many elements; how far
    apart rows of x and of y are.
    """
    return _source("taken_rows", "y[i, j] = x[rows[i], j]", _TAKEN, dtype, index)


def added_rows(dtype: Dtype, index: Dtype) -> Source:
    """Add row i of x to row number `rows[i]` of y, column by column.

    The arguments: x, rows and y; how many rows y has, and x; how far apart rows of x
    and of y are.
    """
    return _source("added_rows", "y[rows[i], j] += x[i, j]", _ADDED, dtype, index)


def _source(stem: str, formula: str, body: str, dtype: Dtype, index: Dtype) -> Source:
    head = _HEAD.format(formula=formula, dtype=dtype, index=index)
    return named(stem, head + body)
