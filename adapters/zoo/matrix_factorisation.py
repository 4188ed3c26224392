"""What users will think of items, from what they thought of others (Koren et al. 2009).

A rating is the product of a row for the user with a row for the item, plus a bias of
each. The ratings here are made that way, with rows of 8 numbers, and noise is added:
nobody can do better than an error of 0.25.
"""

import numpy as np

from . import metrics, shapes
from .model import Data, Model, adam, normal

NOISE = 0.25
_USERS, _ITEMS, _RANK = 200, 100, 8
_TRAIN, _TEST = 14000, 2000  # of the 20,000 ratings that there could be
_TABLES = ("users", "items", "user_bias", "item_bias")


def ratings() -> Data:
    """Ratings of items by users; user, item, y: (N,), each pair at most once."""
    rng = np.random.default_rng(0)
    users = rng.normal(size=(_USERS, _RANK)) / np.sqrt(_RANK)
    items = rng.normal(size=(_ITEMS, _RANK))
    biases = rng.normal(scale=0.5, size=(_USERS, 1)) + rng.normal(size=_ITEMS) / 2
    exact = users @ items.T + biases
    pairs = rng.permutation(exact.size)[: _TRAIN + _TEST]
    user, item = np.divmod(pairs, _ITEMS)
    y = exact[user, item] + rng.normal(scale=NOISE, size=len(pairs))
    samples = {"user": user, "item": item, "y": y}
    return Data(
        {name: array[:_TRAIN] for name, array in samples.items()},
        {name: array[_TRAIN:] for name, array in samples.items()},
    )


MODEL = Model(
    about="matrix factorisation: the ratings of 100 items by 200 users, in rank 8",
    layers=_TABLES,
    shapes=(
        shapes.embedding("users", _USERS, _RANK)
        | shapes.embedding("items", _ITEMS, _RANK)
        | shapes.embedding("user_bias", _USERS, 1)
        | shapes.embedding("item_bias", _ITEMS, 1)
    ),
    first={f"{table}.weight": normal(0.1) for table in _TABLES},
    data=ratings,
    metric=metrics.root_mean_squared_error,
    optimiser=adam(lr=2**-7),
    steps=1000,
    batch=128,
    reaches=0.32,
    higher_is_better=False,
)
