"""Closed forms of layers and losses in NumPy: a result, and what flows back from it.

Each takes the arrays that an adapter gets, as float64, and returns the result and a
function of its cotangent `g`. Nothing in them overflows or cancels.
"""

import numpy as np

from adapters.zoo.model import EPS


def relu(x):
    return np.where(x > 0, x, 0), lambda g: {"x": np.where(x > 0, g, 0)}


def leaky_relu(x, *, slope, at_zero=None):
    """The slope at 0 is that of what is negative, unless it is given."""
    at_zero = slope if at_zero is None else at_zero
    by = np.where(x > 0, 1, np.where(x < 0, slope, at_zero))
    return np.where(x > 0, x, slope * x), lambda g: {"x": by * g}


def gelu(x):
    root = np.sqrt(2 / np.pi)
    s = sigmoid(2 * root * (x + 0.044715 * x**3))  # (1 + tanh(z)) / 2 = sigmoid(2 z)
    slope = s + 2 * x * s * (1 - s) * root * (1 + 3 * 0.044715 * x**2)
    return x * s, lambda g: {"x": g * slope}


def max_pool(x, *, size):
    """All of it goes to the first of the largest."""
    N, C, H, W = x.shape
    apart = (N, C, H // size, size, W // size, size)
    windows = x.reshape(apart).swapaxes(3, 4).reshape(*apart[:3], W // size, -1)
    first = np.eye(size**2)[windows.argmax(-1)]

    def back(g):
        dx = (first * g[..., None]).reshape(*apart[:3], W // size, size, size)
        return {"x": dx.swapaxes(3, 4).reshape(x.shape)}

    return windows.max(-1), back


def first_of_all(x):
    first = np.eye(x.shape[2])[x.argmax(2)]
    return x.max(2), lambda g: {"x": first * g[..., None]}


def shared_by_all(x):
    is_max = x == x.max(2, keepdims=True)
    shares = is_max / is_max.sum(2, keepdims=True)
    return x.max(2), lambda g: {"x": shares * g[..., None]}


def norm(x, weight, bias, axes):
    """Of layers if the last axis is normalised, else of batches with channels at 1."""
    shape = [1 if i in axes else n for i, n in enumerate(x.shape)]
    over = axes
    if axes == (x.ndim - 1,):
        shape, over = [*weight.shape], tuple(range(x.ndim - 1))
    centred = x - x.mean(axes, keepdims=True)
    inverse = 1 / np.sqrt((centred**2).mean(axes, keepdims=True) + EPS)
    z, w = centred * inverse, weight.reshape(shape)

    def back(g):
        dz = g * w
        share = z * (dz * z).mean(axes, keepdims=True)
        return {
            "x": inverse * (dz - dz.mean(axes, keepdims=True) - share),
            "layer.weight": (g * z).sum(over),
            "layer.bias": g.sum(over),
        }

    return z * w + bias.reshape(shape), back


def batch_norm(x, **params):
    return norm(x, params["layer.weight"], params["layer.bias"], (0, 2, 3))


def layer_norm(x, **params):
    return norm(x, params["layer.weight"], params["layer.bias"], (x.ndim - 1,))


def embedding(x, **params):
    table, rows = params["layer.weight"], x.astype(int)

    def back(g):
        dtable = np.zeros_like(table)
        np.add.at(dtable, rows, g)
        return {"layer.weight": dtable}

    return table[rows], back


def attention(x):
    """With one head."""
    q, k, v = np.split(x, 3, axis=-1)
    scale, T = q.shape[-1] ** -0.5, x.shape[1]
    scores = np.where(np.tri(T, dtype=bool), q @ k.swapaxes(1, 2) * scale, -np.inf)
    p = softmax(scores)

    def back(g):
        dp = g @ v.swapaxes(1, 2)
        ds = p * (dp - (dp * p).sum(-1, keepdims=True)) * scale
        dv = p.swapaxes(1, 2) @ g
        return {"x": np.concatenate([ds @ k, ds.swapaxes(1, 2) @ q, dv], -1)}

    return p @ v, back


def lstm(x, **params):
    """One step from zero, with weights of zero: the gates are the biases."""
    i, f, c, o = np.split(params["layer.bias"], 4)
    s, t = sigmoid(i), np.tanh(c)
    h = np.tanh(s * t)

    def back(g):
        g = g[0, 0]
        dc = g * sigmoid(o) * (1 - h**2)
        di, dg, do = dc * t * slope(i), dc * s * (1 - t**2), g * h * slope(o)
        biases = {"layer.bias": np.concatenate([di, 0 * f, dg, do])}
        return _gates(x, g, biases)

    return (sigmoid(o) * h)[None, None], back


def gru(x, **params):
    """The same: from zero, what is kept of the state is its bias."""
    (xr, xz, xn), (hr, hz, hn) = (
        np.split(params[f"layer.{kind}_bias"], 3) for kind in ("input", "state")
    )
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    n = np.tanh(xn + r * hn)

    def back(g):
        g = g[0, 0]
        dn, dz = g * (1 - z) * (1 - n**2), -g * n * slope(xz + hz)
        dr = dn * hn * slope(xr + hr)
        biases = {
            "layer.input_bias": np.concatenate([dr, dz, dn]),
            "layer.state_bias": np.concatenate([dr, dz, dn * r]),
        }
        return _gates(x, g, biases)

    return ((1 - z) * n)[None, None], back


def _gates(x, g, biases):
    """With the gradients of weights; those of the state meet a state of zero."""
    gates = next(iter(biases.values()))
    weights = {
        "layer.input_weight": x[0].T * gates,
        "layer.state_weight": np.zeros((len(g), len(gates))),
    }
    return {"x": np.zeros_like(x)} | weights | biases


def mean_squared_error(prediction, target):
    apart = prediction - target

    def back(g):
        by = 2 * g * apart / apart.size
        return {"prediction": by, "target": -by}

    return (apart**2).mean(), back


def cross_entropy(logits, labels):
    is_label = np.eye(logits.shape[-1])[labels.astype(int)]
    of_label = (logits * is_label).sum(-1, keepdims=True)
    # log(sum(exp(x))) less the label's own, without the difference of large numbers.
    most = logits.max(-1, keepdims=True)
    each = (most - of_label)[:, 0] + np.log(np.exp(logits - most).sum(-1))
    by = (softmax(logits) - is_label) / len(logits)
    return each.mean(), lambda g: {"logits": g * by}


def binary_cross_entropy(logits, target):
    softplus = np.maximum(logits, 0) + np.log1p(np.exp(-abs(logits)))

    def back(g):
        by = g * (sigmoid(logits) - target) / len(logits)
        return {"logits": by, "target": -g * logits / len(logits)}

    return (softplus - target * logits).sum(-1).mean(), back


def divergence(mean, log_variance):
    each = mean**2 + np.expm1(log_variance) - log_variance

    def back(g):
        by = {"mean": mean, "log_variance": np.expm1(log_variance) / 2}
        return {n: g * dy / len(mean) for n, dy in by.items()}

    return each.sum(-1).mean() / 2, back


def sigmoid(x):
    e = np.exp(-abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def slope(x):
    """That of the sigmoid."""
    return sigmoid(x) * sigmoid(-x)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
