"""Optimisers: formulas, defaults, and where a constant stands in a formula."""

from mxnet import gluon, nd, optimizer


def _path(optimiser, gradient, lrs=(0.1,), dtype="float32"):
    """A parameter that begins at 1, after every update."""
    p, update = nd.ones(1, dtype=dtype), optimizer.get_updater(optimiser)
    seen = []
    for lr in lrs:
        optimiser.set_learning_rate(lr)
        update(0, nd.array([gradient(p)], dtype=dtype), p)
        seen.append(p.asscalar().item())
    return seen


def sgd_momentum():
    return _path(optimizer.SGD(momentum=0.9), lambda p: 1.0, lrs=[0.1, 0.01, 0.001])


def sgd_momentum_equal():
    return _path(optimizer.SGD(momentum=0.9), lambda p: 1.0, lrs=[0.1, 0.1, 0.1])


def adam_eps_place():
    return _path(optimizer.Adam(epsilon=1e-3), lambda p: 1.0)


def adam_eps_place_equal():
    return _path(optimizer.Adam(epsilon=1e-12), lambda p: 1.0)


def adam_small_gradient():
    return _path(optimizer.Adam(), lambda p: 1e-8)


def adam_small_gradient_equal():
    return _path(optimizer.Adam(epsilon=1e-16), lambda p: 1e-8)


def adam_weight_decay():
    return _path(optimizer.Adam(wd=0.1), lambda p: 0.0)


def adam_weight_decay_equal():
    p, lr = nd.ones(1), 0.1
    p *= 1 - lr * 0.1
    optimizer.get_updater(optimizer.Adam(lr))(0, nd.zeros(1), p)
    return [p[0]]


def sgd_weight_decay():
    return _path(optimizer.SGD(momentum=0.9, wd=0.1), lambda p: 0.0, lrs=[0.1, 0.1])


def rmsprop_defaults():
    p = nd.ones(1)
    optimizer.get_updater(optimizer.RMSProp())(0, nd.ones(1), p)
    return p[0]


def adagrad_start():
    return _path(optimizer.AdaGrad(), lambda p: 1.0)


def adadelta_defaults():
    p = nd.ones(1)
    optimizer.get_updater(optimizer.AdaDelta())(0, nd.ones(1), p)
    return p[0]


def adadelta_defaults_equal():
    p = nd.ones(1)
    optimizer.get_updater(optimizer.AdaDelta(epsilon=1e-6))(0, nd.ones(1), p)
    return p[0]


def nadam():
    return _path(optimizer.Nadam(), lambda p: 1.0, lrs=[0.1, 0.1])


def nadam_equal():
    return _path(optimizer.Nadam(schedule_decay=1.0), lambda p: 1.0, lrs=[0.1, 0.1])


def clip_by_global_norm():
    g = nd.array([3e-6, 4e-6])
    gluon.utils.clip_global_norm([g], 1e-6)
    return g


def clip_by_global_norm_equal():
    g = nd.array([3e-6, 4e-6])
    return g * nd.minimum(1e-6 / g.norm(), 1)


def float64_momentum():
    return _path(
        optimizer.SGD(momentum=0.9), lambda p: 1.0, lrs=[0.1, 0.1], dtype="float64"
    )


def float64_momentum_equal():
    p, velocity, seen = nd.ones(1, dtype="float64"), nd.zeros(1, dtype="float64"), []
    for _ in range(2):
        velocity = 0.9 * velocity + 1.0
        p -= 0.1 * velocity
        seen.append(p.asscalar().item())
    return seen


def float64_adam():
    return _path(optimizer.Adam(), lambda p: 1.0, dtype="float64")


def float64_adam_equal():
    p, g, lr, eps = nd.ones(1, dtype="float64"), 1.0, 0.1, 1e-8
    m, v = (1 - 0.9) * g, (1 - 0.999) * g**2
    return [p - lr * (m / (1 - 0.9)) / ((v / (1 - 0.999)) ** 0.5 + eps)]


def float64_rmsprop():
    return _path(optimizer.RMSProp(), lambda p: 1.0, dtype="float64")


def float64_rmsprop_equal():
    p, g, lr, eps = nd.ones(1, dtype="float64"), 1.0, 0.1, 1e-8
    v = (1 - 0.9) * g**2
    return [p - lr * g / (v + eps) ** 0.5]
