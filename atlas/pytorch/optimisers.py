"""Optimisers: formulas, defaults, and where a constant stands in a formula."""

import torch
from torch import optim


def _path(make, gradient, lrs=(0.1,), dtype=torch.float32):
    """A parameter that begins at 1, after every update."""
    p = torch.nn.Parameter(torch.ones((), dtype=dtype))
    optimiser, seen = make([p]), []
    for lr in lrs:
        optimiser.param_groups[0]["lr"] = lr
        p.grad = torch.as_tensor(gradient(p.detach()), dtype=dtype)
        optimiser.step()
        seen.append(p.item())
    return seen


def sgd_momentum():
    return _path(
        lambda ps: optim.SGD(ps, momentum=0.9), lambda p: 1.0, lrs=[0.1, 0.01, 0.001]
    )


def sgd_momentum_equal():
    return _path(
        lambda ps: optim.SGD(ps, momentum=0.9), lambda p: 1.0, lrs=[0.1, 0.1, 0.1]
    )


def adam_eps_place():
    return _path(lambda ps: optim.Adam(ps, eps=1e-3), lambda p: 1.0)


def adam_eps_place_equal():
    return _path(lambda ps: optim.Adam(ps, eps=1e-12), lambda p: 1.0)


def adam_small_gradient():
    return _path(lambda ps: optim.Adam(ps), lambda p: 1e-8)


def adam_small_gradient_equal():
    return _path(lambda ps: optim.Adam(ps, eps=1e-16), lambda p: 1e-8)


def adam_weight_decay():
    return _path(lambda ps: optim.Adam(ps, weight_decay=0.1), lambda p: 0.0)


def adam_weight_decay_equal():
    return _path(lambda ps: optim.AdamW(ps, weight_decay=0.1), lambda p: 0.0)


def adamw_default():
    return _path(lambda ps: optim.AdamW(ps), lambda p: 0.0)


def sgd_weight_decay():
    return _path(
        lambda ps: optim.SGD(ps, momentum=0.9, weight_decay=0.1),
        lambda p: 0.0,
        lrs=[0.1, 0.1],
    )


def rmsprop_defaults():
    p = torch.nn.Parameter(torch.ones(()))
    p.grad = torch.ones(())
    optim.RMSprop([p]).step()
    return p


def rmsprop_defaults_equal():
    return _path(lambda ps: optim.RMSprop(ps, alpha=0.9), lambda p: 1.0, lrs=[0.001])[0]


def adagrad_start():
    return _path(lambda ps: optim.Adagrad(ps), lambda p: 1.0)


def adadelta_defaults():
    p = torch.nn.Parameter(torch.ones(()))
    p.grad = torch.ones(())
    optim.Adadelta([p]).step()
    return p


def nadam():
    return _path(lambda ps: optim.NAdam(ps), lambda p: 1.0, lrs=[0.1, 0.1])


def nadam_equal():
    return _path(
        lambda ps: optim.NAdam(ps, momentum_decay=1.0), lambda p: 1.0, lrs=[0.1, 0.1]
    )


def clip_by_global_norm():
    p = torch.nn.Parameter(torch.zeros(2))
    p.grad = torch.tensor([3e-6, 4e-6])
    torch.nn.utils.clip_grad_norm_([p], 1e-6)
    return p.grad


def clip_by_global_norm_equal():
    g = torch.tensor([3e-6, 4e-6])
    return g * (1e-6 / g.norm()).clamp(max=1)


def float64_momentum():
    return _path(
        lambda ps: optim.SGD(ps, momentum=0.9),
        lambda p: 1.0,
        lrs=[0.1, 0.1],
        dtype=torch.float64,
    )


def float64_adam():
    return _path(lambda ps: optim.Adam(ps), lambda p: 1.0, dtype=torch.float64)


def float64_rmsprop():
    return _path(
        lambda ps: optim.RMSprop(ps, alpha=0.9), lambda p: 1.0, dtype=torch.float64
    )
