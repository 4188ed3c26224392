"""A recommender by matrix factorisation, in the reference framework."""

from dataclasses import dataclass

import numpy as np

import reference_impl as ri
from reference_impl import nn

from ...contract import Batch
from ..layers import embedding
from ..losses import mean_squared_error


@dataclass(frozen=True)
class _Ratings:
    """The product of a user's row with an item's, plus a bias of each."""

    users: nn.Layer
    items: nn.Layer
    user_bias: nn.Layer
    item_bias: nn.Layer

    def __call__(self, user: ri.Tensor, item: ri.Tensor) -> ri.Tensor:
        products = ri.sum(self.users(user) * self.items(item), axis=-1)
        return products + (self.user_bias(user) + self.item_bias(item))[:, 0]


def build(dtype: np.dtype) -> _Ratings:
    """200 users, 100 items, rank 8."""
    return _Ratings(
        users=embedding(200, 8, dtype),
        items=embedding(100, 8, dtype),
        user_bias=embedding(200, 1, dtype),
        item_bias=embedding(100, 1, dtype),
    )


def predict(model: _Ratings, batch: Batch) -> ri.Tensor:
    """The predicted ratings, (N,)."""
    return model(batch["user"], batch["item"])


def loss(model: _Ratings, batch: Batch) -> tuple[ri.Tensor, _Ratings]:
    """The mean squared error.

    Beside it the model of the next step.
    """
    prediction = model(batch["user"], batch["item"])
    return mean_squared_error(prediction, batch["y"]), model
