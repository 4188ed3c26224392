"""Generative adversarial networks in Keras: two models in one."""

import keras
import tensorflow as tf

from ...contract import Batch
from ...zoo.model import SLOPE
from ..layers import leaky_relu, linear, relu, sequential
from ..losses import binary_cross_entropy


class _Gan(keras.Model):
    """A generator of points, and a discriminator that looks at points."""

    def __init__(self, generator: keras.Model, discriminator: keras.Model) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.built = True


def build(dtype: str) -> keras.Model:
    """Noise of 8 -> 32 -> relu -> a point; a point -> 32 -> leaky relu -> a score."""
    generator = sequential(
        (8,),
        linear(32, "generator.hidden", dtype),
        relu("generator.relu", dtype),
        linear(2, "generator.output", dtype),
    )
    discriminator = sequential(
        (2,),
        linear(32, "discriminator.hidden", dtype),
        leaky_relu(SLOPE, "discriminator.leaky_relu", dtype),
        linear(1, "discriminator.output", dtype),
    )
    return _Gan(generator, discriminator)


def predict(model: _Gan, batch: Batch) -> tf.Tensor:
    """Points made of noise."""
    return model.generator(batch["z1"])


def discriminator_loss(model: _Gan, batch: Batch) -> tf.Tensor:
    """How badly points are told apart: real ones score 1, generated ones 0."""
    real = model.discriminator(batch["x"], training=True)
    points = tf.stop_gradient(model.generator(batch["z1"], training=True))
    fake = model.discriminator(points, training=True)
    is_real, is_fake = tf.ones_like(real), tf.zeros_like(fake)
    return binary_cross_entropy(real, is_real) + binary_cross_entropy(fake, is_fake)


def generator_loss(model: _Gan, batch: Batch) -> tf.Tensor:
    """How seldom generated points are taken for real ones."""
    points = model.generator(batch["z2"], training=True)
    score = model.discriminator(points, training=True)
    return binary_cross_entropy(score, tf.ones_like(score))
