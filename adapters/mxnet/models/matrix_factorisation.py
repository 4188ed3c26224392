"""A recommender by matrix factorisation, in MXNet."""

from typing import Any

from mxnet.gluon import HybridBlock

from ...contract import Batch
from ..layers import embedding
from ..losses import mean_squared_error


class _Ratings(HybridBlock):
    """The product of a user's row with an item's, plus a bias of each."""

    def __init__(self, dtype: str) -> None:
        super().__init__()
        self.users = embedding(200, 8, dtype)
        self.items = embedding(100, 8, dtype)
        self.user_bias = embedding(200, 1, dtype)
        self.item_bias = embedding(100, 1, dtype)

    def hybrid_forward(self, F: Any, user: Any, item: Any) -> Any:
        products = F.sum(self.users(user) * self.items(item), axis=-1)
        biases = self.user_bias(user) + self.item_bias(item)
        return products + F.squeeze(biases, axis=-1)


def build(dtype: str) -> _Ratings:
    """200 users, 100 items, rank 8."""
    return _Ratings(dtype)


def predict(F: Any, model: _Ratings, batch: Batch) -> Any:
    """The predicted ratings, (N,)."""
    return model(batch["user"], batch["item"])


def loss(F: Any, model: _Ratings, batch: Batch) -> Any:
    """The mean squared error."""
    return mean_squared_error(F, model(batch["user"], batch["item"]), batch["y"])
