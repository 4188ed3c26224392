"""First parameters, and what is done in training only."""

import reference_impl as ri
from reference_impl import nn


def dense_start():
    layer = nn.Linear.init(ri.random.key(0), 100, 1000)
    return [ri.max(ri.abs(p)) for p in (layer.weight, layer.bias)]


def dense_start_equal():
    layer = nn.Linear.init(
        ri.random.key(0),
        100,
        1000,
        weight=nn.variance_scaling(1 / 3, distribution="uniform"),
        bias=None,
    )
    return [ri.max(ri.abs(layer.weight)), 0.0]


def embedding_start():
    return ri.std(nn.Embedding.init(ri.random.key(0), 1000, 100).weight)


def embedding_start_equal():
    weight = 0.02 * ri.random.normal(ri.random.key(0), (1000, 100))
    return ri.std(nn.Embedding(weight).weight)


def dropout_rate():
    out, _ = nn.Dropout(0.1).training(ri.ones(1000), ri.random.key(0))
    return ri.max(out)


def dropout_mode():
    return ri.any(nn.Dropout(0.5)(ri.ones(1000)) == 0).item()
