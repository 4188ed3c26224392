"""A recommender by matrix factorisation in Keras."""

import keras
import tensorflow as tf

from ...contract import Batch
from ..layers import embedding
from ..losses import mean_squared_error


def build(dtype: str) -> keras.Model:
    """The product of a user's row with an item's, 8 numbers each, plus two biases."""
    user, item = keras.Input((), dtype="int64"), keras.Input((), dtype="int64")
    users = embedding(200, 8, "users", dtype)(user)
    items = embedding(100, 8, "items", dtype)(item)
    user_bias = embedding(200, 1, "user_bias", dtype)(user)
    item_bias = embedding(100, 1, "item_bias", dtype)(item)
    rating = keras.ops.sum(users * items, axis=1) + (user_bias + item_bias)[:, 0]
    return keras.Model([user, item], rating)


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The rating expected of every pair."""
    return model([batch["user"], batch["item"]])


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The mean squared error."""
    rating = model([batch["user"], batch["item"]], training=True)
    return mean_squared_error(rating, batch["y"])
