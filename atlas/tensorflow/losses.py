"""Losses: what they take, where they are cut off, and what they divide by."""

import keras
import tensorflow as tf


def cross_entropy_input():
    probabilities = tf.nn.softmax(tf.constant([[200.0, 0.0]]))
    return keras.losses.SparseCategoricalCrossentropy()(tf.constant([1]), probabilities)


def cross_entropy_input_equal():
    logits = tf.constant([[200.0, 0.0]])
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(
        tf.constant([1]), logits
    )


def class_weights():
    logits, labels = tf.constant([[2.0, 0.0], [0.0, 0.0]]), tf.constant([0, 1])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(labels, logits, sample_weight=tf.constant([1.0, 3.0]))


def class_weights_equal():
    logits, labels = tf.constant([[2.0, 0.0], [0.0, 0.0]]), tf.constant([0, 1])
    weight = tf.constant([1.0, 3.0])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    return loss(labels, logits, sample_weight=weight) / tf.reduce_sum(weight)


def batch_twice():
    weight = tf.Variable([[1.0]])
    x, y = tf.ones((4, 1)), tf.zeros((4, 1))
    with tf.GradientTape() as tape:
        loss = keras.losses.MeanSquaredError()(y, x @ weight)
    keras.optimizers.SGD(0.1).apply([tape.gradient(loss, weight)], [weight])
    return weight[0, 0]


def certain_and_wrong():
    p, y = tf.constant([0.0]), tf.constant([1.0])
    return keras.losses.BinaryCrossentropy()(y, p)


def certain_and_wrong_equal():
    logits, y = tf.constant([-200.0]), tf.constant([1.0])
    return keras.losses.BinaryCrossentropy(from_logits=True)(y, logits)


def squared_error():
    return keras.losses.MeanSquaredError()(tf.constant([0.0]), tf.constant([3.0]))


def huber():
    return keras.losses.Huber(delta=2.0)(tf.constant([0.0]), tf.constant([3.0]))
