"""Training by `mxnet.module.Module`, which owns arrays, gradients and an optimiser."""

from collections.abc import Callable
from typing import Any

import mxnet as mx
from mxnet import nd
from mxnet.gluon import HybridBlock, Parameter

from ..contract import Batch
from .symbolic import Symbolic


class Module:
    """A function of (F, model, batch) as a Module, with copies of the parameters.

    `load` and `store` copy the arrays of the Gluon model into the module, and those
    that it trains back. A module without anything to train only predicts.
    """

    def __init__(
        self,
        function: Callable,
        model: HybridBlock,
        trained: list[Parameter],
        rule: Any,
    ) -> None:
        self._symbolic, self._model = Symbolic(function, model), model
        self._trained, self._rule = [p.name for p in trained], rule
        self._module: Any = None  # bound to the shapes of the first batch

    def __call__(self, batch: Batch) -> nd.NDArray:
        """The result after training, a new array: the next call writes over it."""
        self._forward(batch, is_train=False)
        return self._module.get_outputs()[0].copy()

    def value_and_grad(self, batch: Batch) -> tuple[nd.NDArray, dict[str, nd.NDArray]]:
        """The loss, and gradients by Gluon's names of the parameters."""
        value = self._pass(batch)
        grads = self._module._exec_group.execs[0].grad_dict
        return value, {name: grads[name] for name in self._trained}

    def step(self, batch: Batch) -> nd.NDArray:
        """Update the module's parameters once; the loss before."""
        value = self._pass(batch)
        self._module.update()
        return value

    def restart(self) -> None:
        """Forget what the optimiser has remembered."""
        if self._module is not None:
            self._start(self._module)

    def load(self) -> None:
        """Take over the arrays of the Gluon model."""
        if self._module is not None:
            self._module.set_params(*self._arrays(), allow_extra=True)

    def store(self) -> None:
        """Give the Gluon model what has been trained, and what has been seen."""
        if self._module is None:
            return
        args, seen = self._module.get_params()
        params = self._model.collect_params()
        for name, array in args.items():
            if name in self._trained:
                params[name].set_data(array)
        for name, array in seen.items():
            params[name].set_data(array)

    def _pass(self, batch: Batch) -> nd.NDArray:
        self._forward(batch, is_train=True)
        self._module.backward()
        return self._module.get_outputs()[0].copy()

    def _forward(self, batch: Batch, is_train: bool) -> None:
        if self._module is None:
            self._module = self._bound(batch)
        arrays = [batch[name] for name in self._module.data_names]
        # It binds anew by itself if shapes have changed.
        self._module.forward(mx.io.DataBatch(arrays), is_train=is_train)

    def _bound(self, batch: Batch) -> mx.mod.Module:
        symbol = self._symbolic.symbol(batch)
        if self._trained:
            symbol = mx.sym.MakeLoss(symbol)  # where gradients begin
        names = [n for n in symbol.list_arguments() if n in batch]
        others = set(symbol.list_arguments()) - {*names, *self._trained}
        module = mx.mod.Module(
            symbol, names, label_names=None, fixed_param_names=sorted(others)
        )
        module.bind(
            [mx.io.DataDesc(n, batch[n].shape, batch[n].dtype) for n in names],
            for_training=bool(self._trained),
        )
        module.init_params(None, *self._arrays(), allow_extra=True)
        if self._trained:
            self._start(module)
        return module

    def _start(self, module: mx.mod.Module) -> None:
        """Give a module a new optimiser."""
        # Without a scale of one, gradients are divided by the size of the batch.
        settings = {"rule": self._rule, "rescale_grad": 1.0}
        module.init_optimizer(None, "_rule", settings, force_init=True)

    def _arrays(self) -> tuple[dict[str, nd.NDArray], dict[str, nd.NDArray]]:
        """Arguments and auxiliary states, as MXNet calls running statistics."""
        params = self._model.collect_params().values()
        moving = ("running_mean", "running_var")
        return (
            {p.name: p.data() for p in params if not p.name.endswith(moving)},
            {p.name: p.data() for p in params if p.name.endswith(moving)},
        )


@mx.optimizer.register
class _Rule(mx.optimizer.Optimizer):
    """A rule of `optim` as a Module wants it: array by array."""

    def __init__(self, rule: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self._rule = rule

    def create_state(self, index: int, weight: nd.NDArray) -> Any:
        return self._rule.init([weight])

    def update(
        self, index: int, weight: nd.NDArray, grad: nd.NDArray, state: Any
    ) -> None:
        self._rule.update([grad], state, [weight])

    create_state_multi_precision = create_state
    update_multi_precision = update
