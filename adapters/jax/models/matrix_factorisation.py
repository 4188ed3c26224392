"""A recommender by matrix factorisation, in JAX."""

from collections.abc import Mapping

from jax import Array
from jax.typing import DTypeLike

from ...contract import Batch
from ..layers import embedding
from ..losses import mean_squared_error


def _ratings(model: Mapping, user: Array, item: Array) -> Array:
    """The product of a user's row with an item's, plus a bias of each."""
    products = (model["users"](user) * model["items"](item)).sum(-1)
    return products + (model["user_bias"](user) + model["item_bias"](item))[:, 0]


def build(dtype: DTypeLike) -> dict:
    """200 users, 100 items, rank 8."""
    return {
        "users": embedding(200, 8, dtype),
        "items": embedding(100, 8, dtype),
        "user_bias": embedding(200, 1, dtype),
        "item_bias": embedding(100, 1, dtype),
    }


def predict(model: Mapping, batch: Batch) -> Array:
    """The predicted ratings, (N,)."""
    return _ratings(model, batch["user"], batch["item"])


def loss(model: Mapping, batch: Batch) -> Array:
    """The mean squared error."""
    return mean_squared_error(_ratings(model, batch["user"], batch["item"]), batch["y"])
