"""A recommender by matrix factorisation, in TensorFlow."""

import keras
import tensorflow as tf

from ...contract import Batch
from ..layers import embedding
from ..losses import mean_squared_error


def build(dtype: str) -> keras.Model:
    """200 users, 100 items, rank 8."""
    user, item = keras.Input((), dtype="int64"), keras.Input((), dtype="int64")
    users = embedding(200, 8, "users", dtype)(user)
    items = embedding(100, 8, "items", dtype)(item)
    user_bias = embedding(200, 1, "user_bias", dtype)(user)
    item_bias = embedding(100, 1, "item_bias", dtype)(item)
    prediction = keras.ops.sum(users * items, axis=-1) + (user_bias + item_bias)[:, 0]
    return keras.Model([user, item], prediction)


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The predicted ratings, (N,)."""
    return model([batch["user"], batch["item"]])


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The mean squared error."""
    prediction = model([batch["user"], batch["item"]], training=True)
    return mean_squared_error(prediction, batch["y"])
