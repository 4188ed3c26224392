"""Generative adversarial networks, in TensorFlow."""

import keras
import tensorflow as tf

from ...contract import Batch
from ...zoo.model import SLOPE
from ..layers import leaky_relu, linear, relu, sequential
from ..losses import binary_cross_entropy


class _Adversaries(keras.Model):
    """A generator of points from noise, and a discriminator of points."""

    def __init__(self, generator: keras.Model, discriminator: keras.Model) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.built = True


def build(dtype: str) -> keras.Model:
    """8 -> 32 -> 2, and 2 -> 32 -> 1."""
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
    return _Adversaries(generator, discriminator)


def predict(model: _Adversaries, batch: Batch) -> tf.Tensor:
    """Generated points, (N, 2)."""
    return model.generator(batch["z1"])


def discriminator_loss(model: _Adversaries, batch: Batch) -> tf.Tensor:
    """The cross entropy of real points as real and of generated ones as fake."""
    real = model.discriminator(batch["x"], training=True)
    points = tf.stop_gradient(model.generator(batch["z1"], training=True))
    fake = model.discriminator(points, training=True)
    is_real, is_fake = tf.ones_like(real), tf.zeros_like(fake)
    return binary_cross_entropy(real, is_real) + binary_cross_entropy(fake, is_fake)


def generator_loss(model: _Adversaries, batch: Batch) -> tf.Tensor:
    """The cross entropy of generated points as real."""
    points = model.generator(batch["z2"], training=True)
    fake = model.discriminator(points, training=True)
    return binary_cross_entropy(fake, tf.ones_like(fake))
