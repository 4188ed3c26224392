"""Cross-entropy of rows of logits and a label each, and its slope.

A row is read three times: for its largest element, for the sum of exponentials, and
for the result. It is in the cache after the first time.
"""

from __future__ import annotations

from ..dtype import Dtype
from ..kernel import Source, named

_TEXT = '''from math import isfinite, log

import numpy as np

from reference_impl.core.codegen.elementary import exp
from reference_impl.core.codegen.language import array, load, maximum, plus, store


def {{name}}(args, begin, end):
    """{formula}"""
    x = array(args, 0, "{dtype}")
    labels = array(args, 1, "{label}")
    y = array(args, 2, "{dtype}")
    n = args[3]
    x_row = args[4]
    y_row = args[5]

    for i in range(begin, end):
        row = i * x_row
        largest = np.{dtype}(-np.inf)
        for j in range(n):
            largest = maximum(largest, load(x, 0, row + j))
        if not isfinite(largest):
            largest = np.{dtype}(0)
        total = np.{dtype}(0)
{body}
'''

_LOSS = """        for j in range(n):
            total = plus(total, exp(load(x, 0, row + j) - largest))
        chosen = load(x, 0, row + load(labels, 1, i))
        store(y, 2, i * y_row, log(total) - (chosen - largest))"""

_SURPLUS = """        for j in range(n):
            power = exp(load(x, 0, row + j) - largest)
            store(y, 2, i * y_row + j, power)
            total = plus(total, power)
        for j in range(n):
            store(y, 2, i * y_row + j, load(y, 2, i * y_row + j) / total)
        label = i * y_row + load(labels, 1, i)
        store(y, 2, label, load(y, 2, label) - np.{dtype}(1))"""


def loss(dtype: Dtype, label: Dtype) -> Source:
    """Minus the logarithm of the softmax at the label of each row."""
    formula = "y[i] = log(sum_j exp(x[i, j])) - x[i, labels[i]]"
    return _source("cross_entropy", formula, _LOSS, dtype, label)


def surplus(dtype: Dtype, label: Dtype) -> Source:
    """The softmax of each row, less 1 at its label."""
    formula = "y[i, j] = exp(x[i, j]) / sum_k exp(x[i, k]) - (j == labels[i])"
    return _source("softmax_surplus", formula, _SURPLUS, dtype, label)


def _source(stem: str, formula: str, body: str, dtype: Dtype, label: Dtype) -> Source:
    body = body.replace("{dtype}", str(dtype))
    text = _TEXT.format(formula=formula, dtype=dtype, label=label, body=body)
    return named(stem, text)
