"""Ways to run in MXNet.

A cached graph, op by op, or a symbol bound to arrays.
"""

from collections.abc import Callable
from typing import Any

from mxnet import nd
from mxnet.gluon import HybridBlock

from ..contract import Batch
from .symbolic import Symbolic


def compiled(function: Callable, model: HybridBlock, mode: str) -> Any:
    """The function, run in this mode.

    It is a function of (F, model, batch) and becomes one of the batch. The result can
    be called, and its method `backward` carries a loss that came out into the gradients
    of the parameters.
    """
    if mode == "imperative":
        return _Imperative(function, model)
    symbolic = Symbolic(function, model)
    if mode == "symbolic":
        return symbolic
    block = _Block(function, model, symbolic)
    block.hybridize(static_alloc=True, static_shape=True)
    return block


class _Imperative:
    """A function that computes at once, op by op."""

    def __init__(self, function: Callable, model: HybridBlock) -> None:
        self._function, self._model = function, model

    def __call__(self, batch: Batch) -> Any:
        return self._function(nd, self._model, batch)

    def backward(self, value: nd.NDArray) -> None:
        value.backward()


class _Block(HybridBlock):
    """A function as a block, so that hybridizing makes one graph of all of it."""

    def __init__(
        self, function: Callable, model: HybridBlock, symbolic: Symbolic
    ) -> None:
        super().__init__()
        self.model = model
        self._function, self._symbolic = function, symbolic
        self._names: list[str] = []

    def __call__(self, batch: Batch) -> Any:
        # A graph asks for exactly those arrays that it reads.
        self._names = self._names or self._symbolic.reads(batch)
        return super().__call__(*(batch[name] for name in self._names))

    def hybrid_forward(self, F: Any, *inputs: Any) -> Any:
        batch = dict(zip(self._names, inputs, strict=True))
        return self._function(F, self.model, batch)

    def backward(self, value: nd.NDArray) -> None:
        value.backward()
