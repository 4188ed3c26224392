"""The models in JAX: pure functions of nested dicts, channels last."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np
from jax import lax

from .parameters import (
    ADAM_LR,
    BETAS,
    EPS,
    GPT_BLOCKS,
    GPT_HEADS,
    MOMENTUM,
    RESNET_CHANNELS,
    SGD_LR,
    Arrays,
    is_statistic,
)

Params = dict[str, jax.Array]
# What a network returns: its output, and the next values of running statistics.
Result = tuple[jax.Array, Params]


def versions() -> dict[str, str]:
    """The versions that the results depend on."""
    return {
        "jax": jax.__version__,
        "jaxlib": jaxlib.__version__,
        "numpy": np.__version__,
    }


def configure(threads: int) -> None:
    """Nothing: it takes as many threads as the process may use cores."""


def mlp(p: Params, x: jax.Array, training: bool) -> Result:
    """784 -> 256 -> 128 -> 10."""
    x = jax.nn.relu(_linear(p, "first", x))
    x = jax.nn.relu(_linear(p, "second", x))
    return _linear(p, "output", x), {}


def lenet(p: Params, x: jax.Array, training: bool) -> Result:
    """Y. LeCun et al. 1998, with rectifiers and largest elements."""
    x = _conv(p["conv1.weight"], x, padding=2) + p["conv1.bias"]
    x = _max_pool(jax.nn.relu(x))
    x = _conv(p["conv2.weight"], x) + p["conv2.bias"]
    x = _max_pool(jax.nn.relu(x))
    x = jax.nn.relu(_linear(p, "first", x.reshape(len(x), -1)))
    x = jax.nn.relu(_linear(p, "second", x))
    return _linear(p, "output", x), {}


def resnet(p: Params, x: jax.Array, training: bool) -> Result:
    """Three residual blocks, of 16, 32 and 64 channels."""
    after: Params = {}

    def norm(name: str, x: jax.Array) -> jax.Array:
        return _batch_norm(p, name, x, after if training else None)

    x = jax.nn.relu(norm("stem_norm", _conv(p["stem.weight"], x, padding=1)))
    for i in range(len(RESNET_CHANNELS)):
        name, straight, stride = f"block{i}", x, 1
        if f"{name}.shortcut.weight" in p:
            stride = 2
            straight = _conv(p[f"{name}.shortcut.weight"], x, stride=2)
            straight = norm(f"{name}.shortcut_norm", straight)
        x = _conv(p[f"{name}.conv1.weight"], x, stride=stride, padding=1)
        x = jax.nn.relu(norm(f"{name}.norm1", x))
        x = _conv(p[f"{name}.conv2.weight"], x, padding=1)
        x = jax.nn.relu(straight + norm(f"{name}.norm2", x))
    return _linear(p, "output", x.mean((1, 2))), after


def lstm(p: Params, x: jax.Array, training: bool) -> Result:
    """128 features, a state of 128, and the last of 32 steps is read."""
    gates = jnp.swapaxes(x, 0, 1) @ p["lstm.weight"] + p["lstm.bias"]

    def step(state: Any, gates: jax.Array) -> tuple[Any, None]:
        h, c = state
        i, f, g, o = jnp.split(gates + h @ p["lstm.hidden_weight"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    zero = jnp.zeros((len(x), p["lstm.hidden_weight"].shape[0]), x.dtype)
    (h, _), _ = lax.scan(step, (zero, zero), gates)
    return _linear(p, "output", h), {}


def gpt(p: Params, x: jax.Array, training: bool) -> Result:
    """Two causal blocks of 4 heads and 128 features, norms first."""
    h = p["tokens.table"][x] + p["positions.table"]
    for i in range(GPT_BLOCKS):
        name = f"block{i}"
        h = h + _attention(p, name, _layer_norm(p, f"{name}.attention_norm", h))
        y = _linear(p, f"{name}.hidden", _layer_norm(p, f"{name}.mlp_norm", h))
        h = h + _linear(p, f"{name}.output", jax.nn.gelu(y, approximate=False))
    return _layer_norm(p, "norm", h) @ p["head.weight"], {}


def _linear(p: Params, name: str, x: jax.Array) -> jax.Array:
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def _conv(
    weight: jax.Array, x: jax.Array, *, stride: int = 1, padding: int = 0
) -> jax.Array:
    return lax.conv_general_dilated(
        x,
        weight,
        (stride, stride),
        [(padding, padding)] * 2,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )


def _max_pool(x: jax.Array) -> jax.Array:
    window = (1, 2, 2, 1)
    return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")


def _layer_norm(p: Params, name: str, x: jax.Array) -> jax.Array:
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    scale = lax.rsqrt(variance + 1e-5) * p[f"{name}.weight"]
    return (x - mean) * scale + p[f"{name}.bias"]


def _batch_norm(p: Params, name: str, x: jax.Array, after: Params | None) -> jax.Array:
    """By the batch, whose moments go to `after`; without it, by what was seen."""
    mean, variance = p[f"{name}.mean"], p[f"{name}.variance"]
    if after is not None:
        seen, n = (mean, variance), x.size // x.shape[-1]
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        now = mean, variance * (n / (n - 1))
        for kind, old, new in zip(("mean", "variance"), seen, now, strict=True):
            after[f"{name}.{kind}"] = 0.9 * old + 0.1 * new
    scale = lax.rsqrt(variance + 1e-5) * p[f"{name}.weight"]
    return (x - mean) * scale + p[f"{name}.bias"]


def _attention(p: Params, name: str, x: jax.Array) -> jax.Array:
    N, T, D = x.shape
    query, key, value = (
        (x @ p[f"{name}.{part}.weight"]).reshape(N, T, GPT_HEADS, D // GPT_HEADS)
        for part in ("query", "key", "value")
    )
    read = jax.nn.dot_product_attention(query, key, value, is_causal=True)
    return _linear(p, f"{name}.projection", read.reshape(N, T, D))


MODELS = {"mlp": mlp, "lenet": lenet, "resnet": resnet, "lstm": lstm, "gpt": gpt}


class Run:
    """See the package. The mode is jit, and what a step replaces is donated."""

    def __init__(
        self, network: str, arrays: Arrays, *, mode: str, optimiser: str
    ) -> None:
        model, update = MODELS[network], {"sgd": _sgd, "adam": _adam}[optimiser]

        def loss(params: Params, statistics: Params, x: jax.Array, y: jax.Array) -> Any:
            logits, after = model(params | statistics, x, True)
            chances = jax.nn.log_softmax(logits)
            picked = jnp.take_along_axis(chances, y[..., None], axis=-1)
            return -picked.mean(), after

        def step(
            params: Params, statistics: Params, state: Any, x: jax.Array, y: jax.Array
        ) -> Any:
            (value, statistics), grads = jax.value_and_grad(loss, has_aux=True)(
                params, statistics, x, y
            )
            params, state = update(params, grads, state)
            return (params, statistics, state), value

        def predict(params: Params, statistics: Params, x: jax.Array) -> jax.Array:
            return model(params | statistics, x, False)[0]

        self._step = jax.jit(step, donate_argnums=(0, 1, 2))
        self._predict = jax.jit(predict)
        held = {n: jnp.asarray(_channels_last(n, a)) for n, a in arrays.items()}
        statistics = {n: x for n, x in held.items() if is_statistic(n)}
        params = {n: x for n, x in held.items() if not is_statistic(n)}
        self._held = params, statistics, _first_state(params, optimiser)

    def tensor(self, array: np.ndarray) -> jax.Array:
        """The framework's own tensor; images get their channels last."""
        return jnp.asarray(array.transpose(0, 2, 3, 1) if array.ndim == 4 else array)

    def array(self, x: jax.Array) -> np.ndarray:
        """A NumPy array, once its elements have been computed."""
        return np.asarray(x)

    def step(self, x: jax.Array, y: jax.Array) -> jax.Array:
        """Update the parameters once; the loss from before."""
        self._held, value = self._step(*self._held, x, y)
        return value

    def predict(self, x: jax.Array) -> jax.Array:
        """The output of the model as it is used after training."""
        return self._predict(*self._held[:2], x)

    def parameters(self) -> Arrays:
        """As canonical arrays."""
        held = self._held[0] | self._held[1]
        return {n: _channels_first(n, np.asarray(x)) for n, x in held.items()}


def _first_state(params: Params, optimiser: str) -> Any:
    zeros = jax.tree.map(jnp.zeros_like, params)
    if optimiser == "sgd":
        return zeros
    return jnp.zeros((), jnp.int32), zeros, jax.tree.map(jnp.copy, zeros)


def _sgd(params: Params, grads: Params, velocities: Params) -> tuple[Params, Params]:
    velocities = jax.tree.map(lambda v, g: MOMENTUM * v + g, velocities, grads)
    return jax.tree.map(lambda p, v: p - SGD_LR * v, params, velocities), velocities


def _adam(params: Params, grads: Params, state: Any) -> tuple[Params, Any]:
    t, m, v = state
    t, (beta1, beta2) = t + 1, BETAS
    m = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, m, grads)
    v = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, grads)
    rate, correction = ADAM_LR / (1 - beta1**t), jnp.sqrt(1 - beta2**t)

    def moved(p: jax.Array, m: jax.Array, v: jax.Array) -> jax.Array:
        return p - rate * m / (jnp.sqrt(v) / correction + EPS)

    return jax.tree.map(moved, params, m, v), (t, m, v)


def _channels_last(name: str, array: np.ndarray) -> np.ndarray:
    """A canonical array in this file's layout."""
    if array.ndim == 4:
        return array.transpose(2, 3, 1, 0)
    if name == "first.weight" and len(array) == 400:  # rows are (C, H, W)
        return array.reshape(16, 5, 5, -1).transpose(1, 2, 0, 3).reshape(400, -1)
    return array


def _channels_first(name: str, array: np.ndarray) -> np.ndarray:
    if array.ndim == 4:
        return array.transpose(3, 2, 0, 1)
    if name == "first.weight" and len(array) == 400:
        return array.reshape(5, 5, 16, -1).transpose(2, 0, 1, 3).reshape(400, -1)
    return array
