"""Every optimiser as Keras, MXNet and optax have it.

    optim.keras.adam(lr=0.1)  # with Keras' eps, which it adds before the correction

A variant is the same function with other keywords, which a call may still replace;
without any it is PyTorch's. The table below holds what differs, and the docstring of
the package is made of it. A framework that is not listed has no such optimiser.

optax has no step sizes by default; those of PyTorch stand in for them. MXNet's
Adadelta has none at all, its centred RMSProp always has momentum, by default 0.9, and
its Nesterov momentum takes the weight decay from the parameter after the step (a buffer
that is overwritten too early), which is not imitated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial, update_wrapper
from types import SimpleNamespace
from typing import Any

from .adagrad import adadelta, adagrad
from .adam import adam, adamw, nadam
from .descent import Optimiser
from .lion import lion
from .rmsprop import rmsprop
from .sgd import sgd

VARIANTS: Mapping[Callable[..., Optimiser], Mapping[str, Mapping[str, Any]]] = {
    sgd: {
        "keras": {"lr": 0.01, "lr_inside": True, "decoupled": True},
        "mxnet": {"lr": 0.01, "lr_inside": True},
        "optax": {},
    },
    adagrad: {
        "keras": {
            "lr": 0.001,
            "eps": 1e-7,
            "eps_inside": True,
            "initial": 0.1,
            "decoupled": True,
        },
        "mxnet": {"eps": 1e-7, "eps_inside": True, "decoupled": True},
        "optax": {"eps": 1e-7, "eps_inside": True, "initial": 0.1},
    },
    adadelta: {
        "keras": {"lr": 0.001, "rho": 0.95, "eps": 1e-7, "decoupled": True},
        "mxnet": {"eps": 1e-5, "decoupled": True},
        "optax": {},
    },
    rmsprop: {
        "keras": {
            "lr": 0.001,
            "rho": 0.9,
            "eps": 1e-7,
            "eps_inside": True,
            "lr_inside": True,
            "decoupled": True,
        },
        "mxnet": {"lr": 0.001, "rho": 0.9, "eps_inside": True, "lr_inside": True},
        "optax": {"rho": 0.9, "eps_inside": True, "lr_inside": True},
    },
    adam: {
        "keras": {"eps": 1e-7, "eps_hat": True, "decoupled": True},
        "mxnet": {"eps_hat": True},
        "optax": {},
    },
    adamw: {
        "keras": {"eps": 1e-7, "eps_hat": True, "weight_decay": 0.004},
        "optax": {"weight_decay": 1e-4},
    },
    nadam: {
        "keras": {"lr": 0.001, "eps": 1e-7, "momentum_decay": 1.0, "decoupled": True},
        "mxnet": {"lr": 0.001},
        "optax": {"momentum_decay": math.inf},
    },
    lion: {
        "keras": {"lr": 0.001},
        "optax": {"weight_decay": 1e-3},
    },
}


def _of(framework: str) -> SimpleNamespace:
    """The optimisers of a framework, by name."""
    return SimpleNamespace(
        **{
            function.__name__: _variant(function, variants[framework])
            for function, variants in VARIANTS.items()
            if framework in variants
        }
    )


def _variant(function: Callable[..., Optimiser], options: Mapping[str, Any]) -> Any:
    """A function with other defaults, which its signature and docstring show."""
    if not options:
        return function
    made = update_wrapper(partial(function, **options), function)
    del made.__wrapped__  # whose signature would stand for this one's
    made.__doc__ = (
        f"`{function.__name__}` with {_changes(options)}.\n\n    {made.__doc__}"
    )
    return made


def _changes(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={x}" for name, x in options.items()) or "-"


keras, mxnet, optax = map(_of, ("keras", "mxnet", "optax"))


def table() -> str:
    """The differences from PyTorch, a line for each optimiser of a framework."""
    return "\n".join(
        f"    {function.__name__:<9} {framework:<6} {_changes(options)}"
        for function, variants in VARIANTS.items()
        for framework, options in variants.items()
    )
