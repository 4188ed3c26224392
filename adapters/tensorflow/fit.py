"""Training by Keras: `fit` runs the loop, and is told what a step does."""

from collections.abc import Callable, Iterable

import keras
import tensorflow as tf

from ..contract import Batch


class Fit(keras.Model):
    """A step and a prediction as Keras wants them.

    Parameters
    ----------
    step : function (batch)
        Updates what is trained and returns a dict of losses.
    predict : function (batch)
    """

    def __init__(
        self,
        step: Callable[[Batch], dict[str, tf.Tensor]],
        predict: Callable[[Batch], tf.Tensor],
    ) -> None:
        super().__init__(autocast=False)  # batches are as they should be
        self._step, self._predict = step, predict
        self.built = True  # there are no variables but those of the model in `step`
        self.compile(jit_compile=False)

    def train_step(self, batch: Batch) -> dict[str, tf.Tensor]:
        """What `fit` does with every batch."""
        return self._step(batch)

    def call(self, batch: Batch) -> tf.Tensor:
        """What `predict` does with every batch."""
        return self._predict(batch)

    def losses(self, batches: Iterable[Batch]) -> list[dict[str, tf.Tensor]]:
        """Train once on each batch, in order."""
        batches = list(batches)
        stacked = {n: tf.stack([batch[n] for batch in batches]) for n in batches[0]}
        losses: list[dict[str, tf.Tensor]] = []
        self.fit(
            tf.data.Dataset.from_tensor_slices(stacked),
            callbacks=[
                keras.callbacks.LambdaCallback(
                    on_train_batch_end=lambda _, logs: losses.append(logs)
                )
            ],
            shuffle=False,
            verbose=0,
        )
        return losses
