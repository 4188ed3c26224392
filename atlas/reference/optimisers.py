"""Optimisers: formulas, defaults, and where a constant stands in a formula."""

import reference_impl as ri
from reference_impl import optim


def _path(optimiser, gradient, steps=1, dtype="float32"):
    """A parameter that begins at 1, after every update."""
    p, seen = ri.ones((), dtype=dtype), []
    state = optimiser.init(p)
    for _ in range(steps):
        g = ri.tensor(gradient(p), dtype=dtype)
        p, state = optimiser.update(g, state, p)
        seen.append(p)
    return seen


def sgd_momentum():
    def lr(step):
        return ri.take(ri.tensor([0.1, 0.01, 0.001]), ri.asarray(step))

    return _path(optim.sgd(lr=lr, momentum=0.9), lambda p: 1.0, steps=3)


def sgd_momentum_equal():
    return _path(optim.sgd(lr=0.1, momentum=0.9), lambda p: 1.0, steps=3)


def adam_eps_place():
    return _path(optim.adam(lr=0.1, eps=1e-3), lambda p: 1.0)


def adam_eps_place_equal():
    return _path(optim.adam(lr=0.1, eps=1e-12), lambda p: 1.0)


def adam_small_gradient():
    return _path(optim.adam(lr=0.1), lambda p: 1e-8)


def adam_small_gradient_equal():
    return _path(optim.adam(lr=0.1, eps=1e-16), lambda p: 1e-8)


def adam_weight_decay():
    return _path(optim.adam(lr=0.1, weight_decay=0.1), lambda p: 0.0)


def adam_weight_decay_equal():
    return _path(optim.adamw(lr=0.1, weight_decay=0.1), lambda p: 0.0)


def adamw_default():
    return _path(optim.adamw(lr=0.1), lambda p: 0.0)


def sgd_weight_decay():
    optimiser = optim.sgd(lr=0.1, momentum=0.9, weight_decay=0.1)
    return _path(optimiser, lambda p: 0.0, steps=2)


def rmsprop_defaults():
    return _path(optim.rmsprop(), lambda p: 1.0)[0]


def rmsprop_defaults_equal():
    return _path(optim.rmsprop(lr=0.001, rho=0.9), lambda p: 1.0)[0]


def adagrad_start():
    return _path(optim.adagrad(lr=0.1), lambda p: 1.0)


def adadelta_defaults():
    return _path(optim.adadelta(), lambda p: 1.0)[0]


def nadam():
    return _path(optim.nadam(lr=0.1), lambda p: 1.0, steps=2)


def nadam_equal():
    return _path(optim.nadam(lr=0.1, momentum_decay=1.0), lambda p: 1.0, steps=2)


def clip_by_global_norm():
    return optim.clip_by_global_norm(ri.tensor([3e-6, 4e-6]), 1e-6)


def float64_momentum():
    return _path(optim.sgd(lr=0.1, momentum=0.9), lambda p: 1.0, 2, "float64")


def float64_adam():
    return _path(optim.adam(lr=0.1), lambda p: 1.0, dtype="float64")


def float64_rmsprop():
    return _path(optim.rmsprop(lr=0.1, rho=0.9), lambda p: 1.0, dtype="float64")
