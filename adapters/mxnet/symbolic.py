"""Training as it was before Gluon: a graph is written down, then bound to arrays."""

from collections.abc import Callable
from typing import Any

import mxnet as mx
import numpy as np
from mxnet import autograd, nd
from mxnet.gluon import HybridBlock

from ..contract import Batch


class Symbolic:
    """A function of (F, model, batch) as an executor of its symbol.

    It is bound to the arrays of the model's parameters and of their gradients; those
    of the batch are copied into its own, of which there is a set for every shape.
    """

    def __init__(self, function: Callable, model: HybridBlock) -> None:
        self._function, self._model = function, model
        self._bound: dict[Any, mx.executor.Executor] = {}

    def symbol(self, batch: Batch) -> mx.sym.Symbol:
        """The graph, in which every array of the batch is a variable."""
        variables = {
            # Without a dtype it would be float32.
            name: mx.sym.var(name, dtype=np.dtype(array.dtype).name)
            for name, array in batch.items()
        }
        out = self._function(mx.sym, self._model, variables)
        return mx.sym.Group(out) if isinstance(out, list) else out

    def reads(self, batch: Batch) -> list[str]:
        """The names of the arrays of a batch that the graph needs."""
        return [n for n in self.symbol(batch).list_arguments() if n in batch]

    def __call__(self, batch: Batch) -> Any:
        """The results, as new arrays: the next call writes over the executor's."""
        self._executor = executor = self._executor_for(batch)
        used = {n: x for n, x in batch.items() if n in executor.arg_dict}
        outs = executor.forward(is_train=autograd.is_training(), **used)
        copies = [out.copy() for out in outs]
        return copies if len(copies) > 1 else copies[0]

    def backward(self, value: nd.NDArray) -> None:
        """Write the gradients of what the last call computed."""
        self._executor.backward(value.ones_like())

    def _executor_for(self, batch: Batch) -> mx.executor.Executor:
        key = tuple((name, x.shape) for name, x in batch.items())
        if key not in self._bound:
            self._bound[key] = self._bind(self.symbol(batch), batch)
        return self._bound[key]

    def _bind(self, symbol: mx.sym.Symbol, batch: Batch) -> mx.executor.Executor:
        params = self._model.collect_params()
        args = {
            n: params[n].data() if n in params else batch[n].copy()
            for n in symbol.list_arguments()
        }
        trained = [n for n in args if n in params and params[n].grad_req != "null"]
        return symbol.bind(
            mx.cpu(),
            args,
            args_grad={n: params[n].grad() for n in trained},
            grad_req={n: "write" if n in trained else "null" for n in args},
            aux_states={n: params[n].data() for n in symbol.list_auxiliary_states()},
        )
