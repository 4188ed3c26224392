"""A recommender by matrix factorisation, in JAX."""

from collections.abc import Mapping

from jax import Array
from jax.typing import DTypeLike

from ..layers import embedding
from ..losses import mean_squared_error


def build(dtype: DTypeLike) -> dict:
    """200 users, 100 items, rank 8."""
    return {
        "users": embedding(200, 8, dtype),
        "items": embedding(100, 8, dtype),
        "user_bias": embedding(200, 1, dtype),
        "item_bias": embedding(100, 1, dtype),
    }


def predict(model: Mapping, batch: dict[str, Array]) -> Array:
    """The predicted ratings, (N,)."""
    user, item = batch["user"], batch["item"]
    product = (model["users"](user) * model["items"](item)).sum(-1)
    return product + (model["user_bias"](user) + model["item_bias"](item))[:, 0]


def loss(model: Mapping, batch: dict[str, Array]) -> Array:
    """The mean squared error."""
    return mean_squared_error(predict(model, batch), batch["y"])
