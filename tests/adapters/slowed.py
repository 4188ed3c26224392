"""The jobs of a worker, and more: to slow a layer down, and to see what comes of it.

Started as `workbench.worker` is. Imports nothing that only tests have: it also runs
where MXNet lives.
"""

import importlib
import sys
import time
from functools import partial
from itertools import chain, repeat

import numpy as np

from workbench.jobs import Jobs
from workbench.worker import serve

FASTEST_SINE_SECONDS = 1e-8  # 30 cycles of 3 GHz; measured: 130e-9


class Slowed(Jobs):
    """What can be asked."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._makers = {}

    def slow(self, *, model, maker, seconds):
        """From now on, layers of the model from a function of `layers` are slow."""
        file = importlib.import_module(f"adapters.{self._framework}.models.{model}")
        make = self._makers.setdefault((model, maker), getattr(file, maker))

        def slowly(*args, **options):
            layer = make(*args, **options)
            return SLOWED[self._framework](layer, lambda: next(self._naps))

        setattr(file, maker, slowly)
        self._naps = repeat(seconds)
        return {}

    def slow_once(self, *, inputs, seconds, **options):
        """How long layers take when only the first call of the slow one is slow."""
        trainer, batch = self._trainer_and_batch(inputs, options)
        trainer.layer_seconds(batch)  # what is built once is built
        self._naps = chain([seconds], repeat(0.0))
        return trainer.layer_seconds(batch)

    def look(self, *, inputs, **options):
        """What of a model is another one after its layers have been timed."""
        trainer, batch = self._trainer_and_batch(inputs, options)
        before = trainer.parameters()
        names = tuple(trainer.layer_seconds(batch))
        after = trainer.parameters()
        changed = [n for n in before if not np.array_equal(before[n], after[n])]
        return {"layers": names, "changed": changed}

    def _trainer_and_batch(self, inputs, options):
        read = self._read(inputs)
        return self._trainer(arrays=read.start, **options), read.first_batch()


def sleepy(nap, function, *inputs, **options):
    """The function, called after as many seconds as `nap()` says."""
    time.sleep(nap())
    return function(*inputs, **options)


def _with(attribute):
    """A way to slow down an object that has its map in an attribute."""

    def slowed(layer, nap):
        setattr(layer, attribute, partial(sleepy, nap, getattr(layer, attribute)))
        return layer

    return slowed


def _jax(layer, nap):
    """A layer whose call is over at once; its result takes a while.

    JAX waits for Python, which could sleep, but not for a long computation.
    """
    jax = importlib.import_module("jax")

    @jax.jit
    def late(y, sines):
        first = jax.numpy.ravel(y)[0]
        last = jax.lax.fori_loop(0, sines, lambda i, s: jax.numpy.sin(s) + 1, first)
        return y + 0 * last

    def apply(*inputs):
        sines = int(nap() / FASTEST_SINE_SECONDS)
        return late(layer.apply(*inputs), sines)

    return layer._replace(apply=apply)


def _mxnet(layer, nap):
    """A block whose call is over at once; its result takes a while."""
    mx = importlib.import_module("mxnet")
    custom = mx.operator

    class Late(custom.CustomOp):
        def forward(self, is_train, req, in_data, out_data, aux):
            self.assign(out_data[0], req[0], sleepy(nap, in_data[0].copy))

    @custom.register("late")
    class _(custom.CustomOpProp):
        def create_operator(self, *_):
            return Late()

    forward = layer.forward
    layer.forward = lambda x: mx.nd.Custom(forward(x), op_type="late")
    return layer


def _reference(layer, nap):
    nn = importlib.import_module("reference_impl.nn")
    return nn.Activation(partial(sleepy, nap, layer))


SLOWED = {
    "reference": _reference,
    "pytorch": _with("forward"),
    "tensorflow": _with("call"),
    "mxnet": _mxnet,
    "jax": _jax,
}


if __name__ == "__main__":
    framework, cores = sys.argv[1:]
    serve(
        f"adapters.{framework}.train",
        lambda module, threads: Slowed(framework, module.Trainer, threads=threads),
        cores,
    )
