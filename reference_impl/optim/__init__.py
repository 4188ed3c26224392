"""Optimisers: pairs of pure functions on trees of parameters.

    optimiser = optim.adam(lr=optim.schedules.cosine(1e-3, steps=1000))
    state = optimiser.init(params)
    params, state = optimiser.update(grads, state, params)

What belongs to a formula is a keyword of its function: the step size, momentum, weight
decay. What comes before it is a function of gradients (`clip_by_global_norm`), and what
stands around it makes an optimiser of an optimiser (`accumulated`). So the pair stays
the only interface, and no order of parts has to be learnt.

Modules import downwards only:

    trees                      parameters, gradients, states: what must be alike
    settings                   numbers that were checked
    descent                    what a formula for one parameter needs around it
    terms                      what several formulas have
    schedules                  step sizes that change
    sgd adagrad rmsprop        formulas
    adam lion                  more of them
    variants                   how other frameworks have them
    clipping composed          gradients before, optimisers around
    loss_scaling               gradients that float16 can hold
    averaging                  parameters averaged over training
    line_search lbfgs          small problems, all at once

Defaults and formulas are PyTorch's where it has the optimiser. `optim.keras`,
`optim.mxnet` and `optim.optax` hold the same functions with what differs there. What
`weight_decay`, `decoupled` and `decayed` mean is told in `descent.Decay`.

The differences, from `variants.VARIANTS`, which the code below this text appends:
"""

from . import lbfgs, schedules
from .adagrad import adadelta, adagrad
from .adam import adam, adamw, nadam
from .averaging import Average, exponential_average
from .clipping import clip_by_global_norm, clip_by_value, global_norm
from .composed import accumulated, in_float32, transformed
from .descent import Optimiser
from .lion import lion
from .loss_scaling import loss_scaled, scaled_value_and_grad
from .rmsprop import rmsprop
from .sgd import sgd
from .variants import keras, mxnet, optax, table

__doc__ = f"{__doc__}\n{table()}\n"

__all__ = [
    "Average",
    "Optimiser",
    "accumulated",
    "adadelta",
    "adagrad",
    "adam",
    "adamw",
    "clip_by_global_norm",
    "clip_by_value",
    "exponential_average",
    "global_norm",
    "in_float32",
    "keras",
    "lbfgs",
    "lion",
    "loss_scaled",
    "mxnet",
    "nadam",
    "optax",
    "rmsprop",
    "scaled_value_and_grad",
    "schedules",
    "sgd",
    "transformed",
]
