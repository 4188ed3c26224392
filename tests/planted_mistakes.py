"""Mistakes that people make in adapters, as changes of their source."""

from typing import NamedTuple


class Plant(NamedTuple):
    """A mistake: a text that stands once in a file of an adapter, and another one.

    `found` is a regular expression for the place that the check must name, in `dtype`.
    Without a `mode` it is found in the framework's first; else there only. What is dear
    takes over 15 seconds to load, trace and compile; others of its kind are not.
    """

    model: str
    framework: str
    file: str
    text: str
    instead: str
    found: str
    mode: str = ""
    dtype: str = "float64"
    is_dear: bool = False


FORWARD = "forward differs first in "
GRADIENT = "gradient differs first in "
TRAINING = "training differs in "

PLANTS = {
    # Layers, forward.
    "padding at the wrong end": Plant(
        "lenet",
        "jax",
        "layers.py",
        "padding=[(padding, padding) for",
        "padding=[(2 * padding, 0) for",
        FORWARD + "layer conv1",
        is_dear=True,
    ),
    "padding of stride 2 as in 'same'": Plant(
        "resnet8",
        "tensorflow",
        "models/resnet8.py",
        "layers.ZeroPadding2D(1,",
        "layers.ZeroPadding2D(((0, 1), (0, 1)) if stride == 2 else 1,",
        FORWARD + "layer block2.conv1",
        is_dear=True,
    ),
    "channels last when flattened": Plant(
        "lenet",
        "tensorflow",
        "layers.py",
        "layers.Permute((3, 1, 2), dtype=dtype)",
        "layers.Permute((1, 2, 3), dtype=dtype)",
        FORWARD + "layer fc1",
        is_dear=True,
    ),
    "mean for maximum": Plant(
        "dna_cnn",
        "pytorch",
        "layers.py",
        "nn.AdaptiveMaxPool1d(1)",
        "nn.AdaptiveAvgPool1d(1)",
        FORWARD + "layer pool",
    ),
    "another slope": Plant(
        "gan",
        "mxnet",
        "models/gan.py",
        "leaky_relu(SLOPE)",
        "leaky_relu(0.2)",
        FORWARD + "layer discriminator.leaky_relu",
    ),
    "a slope that is 1e-10 off": Plant(
        "gan",
        "reference",
        "layers.py",
        "nn.leaky_relu(x, self.slope)",
        "nn.leaky_relu(x, self.slope + 1e-10)",
        FORWARD + "layer discriminator.leaky_relu",
    ),
    "the exact gelu": Plant(
        "gpt",
        "reference",
        "layers.py",
        'approximate="tanh"',
        'approximate="none"',
        FORWARD + "layer block1.gelu",
    ),
    "a gelu with a constant in float32": Plant(
        "gpt",
        "tensorflow",
        "layers.py",
        "tf.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))",
        "tf.tanh(0.7978845834732056 * (x + 0.044715 * x**3))",
        FORWARD + "layer block1.gelu",
        is_dear=True,
    ),
    "eps of batch normalisation": Plant(
        "resnet8",
        "pytorch",
        "layers.py",
        "True, m, self.eps",
        "True, m, 1e-5",
        FORWARD + "layer stem_norm",
    ),
    "eps of layer normalisation, by default": Plant(
        "gpt",
        "mxnet",
        "layers.py",
        "nn.LayerNorm(epsilon=EPS, ",
        "nn.LayerNorm(",
        FORWARD + "layer block1.norm1",
    ),
    "attention scaled by all features": Plant(
        "gpt",
        "pytorch",
        "layers.py",
        "value, is_causal=True)",
        "value, is_causal=True, scale=D**-0.5)",
        FORWARD + "layer block1.attention",
        is_dear=True,
    ),
    "a mask that shows the next character": Plant(
        "gpt",
        "mxnet",
        "layers.py",
        "np.full((1, steps, steps), -np.inf), 1)",
        "np.full((1, steps, steps), -np.inf), 2)",
        FORWARD + "layer block1.attention",
    ),
    "gates i f o g": Plant(
        "lstm",
        "jax",
        "layers.py",
        "i, f, g, o = jnp.split",
        "i, f, o, g = jnp.split",
        FORWARD + "layer lstm",
        is_dear=True,
    ),
    "gates r z n where z r n are expected": Plant(
        "gru",
        "tensorflow",
        "io.py",
        "tf.concat([z, r, n], axis=-1)",
        "tf.concat([r, z, n], axis=-1)",
        FORWARD + "layer gru",
        is_dear=True,
    ),
    "the first step for the last": Plant(
        "lstm",
        "tensorflow",
        "layers.py",
        "layers.Lambda(lambda x: x[:, -1]",
        "layers.Lambda(lambda x: x[:, 0]",
        FORWARD + "layer last",
        is_dear=True,
    ),
    "a prediction for one sample that is none": Plant(
        "mlp",
        "pytorch",
        "models/mlp.py",
        'return model(batch["x"])',
        'return model(batch["x"]) * (len(batch["x"]) > 1)',
        FORWARD + "the prediction for one sample",
    ),
    "predictions of many samples that are none": Plant(
        "softmax_regression",
        "pytorch",
        "models/softmax_regression.py",
        'return model(batch["x"])\n\n\ndef loss',
        'y = model(batch["x"])\n'
        "    return y * (y.dtype == torch.float64 or len(y) <= 200)\n\n\ndef loss",
        FORWARD + "the prediction for the samples for testing",
        dtype="float32",
    ),
    "noise with another sign": Plant(
        "vae",
        "pytorch",
        "models/vae.py",
        "code = mean + (log_variance",
        "code = mean - (log_variance",
        FORWARD + "layer decoder",
    ),
    "a mean over the rank": Plant(
        "matrix_factorisation",
        "jax",
        "models/matrix_factorisation.py",
        '(model["users"](user) * model["items"](item)).sum(-1)',
        '(model["users"](user) * model["items"](item)).mean(-1)',
        FORWARD + "the whole model",
    ),
    "predictions as in training": Plant(
        "resnet8",
        "pytorch",
        "train.py",
        "self.model.eval()",
        "self.model.train()",
        FORWARD + "the whole model",
    ),
    # Losses.
    "half of the squares": Plant(
        "linear_regression",
        "mxnet",
        "losses.py",
        "F.mean(F.square(prediction - target))",
        "F.mean(F.square(prediction - target)) / 2",
        FORWARD + "the loss",
    ),
    "a mean over the pixels": Plant(
        "vae",
        "reference",
        "losses.py",
        'reduction="none")\n    return ri.mean(ri.sum(each, axis=-1))',
        'reduction="none")\n    return ri.mean(each)',
        FORWARD + "the loss",
    ),
    "smoothed labels": Plant(
        "softmax_regression",
        "pytorch",
        "losses.py",
        "labels.flatten())",
        "labels.flatten(), label_smoothing=0.1)",
        FORWARD + "the loss",
    ),
    "smoothed labels of real points": Plant(
        "gan",
        "pytorch",
        "models/gan.py",
        "torch.ones_like(real)",
        "0.9 * torch.ones_like(real)",
        FORWARD + "the loss of the discriminator",
    ),
    # Gradients.
    "a bias that is not added": Plant(
        "softmax_regression",
        "jax",
        "layers.py",
        'return x @ params["weight"] + params["bias"]',
        'return x @ params["weight"]',
        GRADIENT + "output.bias",
    ),
    "a bias that is not there": Plant(
        "dna_cnn",
        "mxnet",
        "layers.py",
        "use_bias=bias",
        "use_bias=False",
        "gradient of conv.bias is missing",
    ),
    "a detached branch": Plant(
        "vae",
        "pytorch",
        "models/vae.py",
        "self.log_variance(h)",
        "self.log_variance(h.detach())",
        GRADIENT + "encoder.weight",
    ),
    "two biases exchanged": Plant(
        "gru",
        "mxnet",
        "io.py",
        '"input_bias": ("l0_i2h_bias", _same),\n'
        '        "state_bias": ("l0_h2h_bias", _same),',
        '"input_bias": ("l0_h2h_bias", _same),\n'
        '        "state_bias": ("l0_i2h_bias", _same),',
        GRADIENT + "gru.input_bias",
    ),
    # Training.
    "momentum of batch normalisation, as Keras means it": Plant(
        "resnet8",
        "reference",
        "layers.py",
        "momentum=BATCH_NORM_MOMENTUM",
        "momentum=1 - BATCH_NORM_MOMENTUM",
        TRAINING + r"after 10, most in \S+\.(mean|variance)",
        is_dear=True,
    ),
    "the unbiased variance": Plant(
        "resnet8",
        "pytorch",
        "layers.py",
        "alpha=(n - 1) / n)",
        "alpha=1)",
        TRAINING + r"after 10, most in \S+\.variance",
    ),
    "a second bias that learns, too": Plant(
        "lstm",
        "pytorch",
        "layers.py",
        "nn.init.zeros_(layer.bias_hh_l0).requires_grad_(False)",
        "nn.init.zeros_(layer.bias_hh_l0)",
        TRAINING + "after 10",
    ),
    "Nesterov's momentum": Plant(
        "lenet",
        "pytorch",
        "optim.py",
        "p.sub_(v, alpha=lr)",
        "p.sub_(g + momentum * v, alpha=lr)",
        TRAINING + "after 10",
    ),
    "momentum with dampening": Plant(
        "mlp",
        "jax",
        "optim.py",
        "momentum * v + g, velocities",
        "momentum * v + (1 - momentum) * g, velocities",
        TRAINING + "after 10",
    ),
    "decay of weights": Plant(
        "linear_regression",
        "tensorflow",
        "optim.py",
        "v.assign(momentum * v + g)",
        "v.assign(momentum * v + g + 2**-10 * p)",
        TRAINING + "after 10, most in output.weight",
    ),
    "eps inside the root": Plant(
        "matrix_factorisation",
        "reference",
        "optim.py",
        "(ri.sqrt(v / correction2) + eps)",
        "ri.sqrt(v / correction2 + eps**2)",
        TRAINING + "after 10",
    ),
    "moments without correction": Plant(
        "dna_cnn",
        "mxnet",
        "optim.py",
        "p -= lr * (m / correction1) / ((v / correction2).sqrt() + eps)",
        "p -= lr * m / (v.sqrt() + eps)",
        TRAINING + "after 10",
    ),
    "batches in another order": Plant(
        "mlp",
        "pytorch",
        "data.py",
        "enumerate(from_numpy(order))",
        "enumerate(from_numpy(order[::-1].copy()))",
        TRAINING + "after 10",
    ),
    "a loss that is not the one which training lowers": Plant(
        "mlp",
        "pytorch",
        "train.py",
        "losses[name].append(value)",
        "losses[name].append(value + 1)",
        TRAINING + "losses",
    ),
    # In one mode only.
    "batches from the last to the first, in fit": Plant(
        "linear_regression",
        "tensorflow",
        "fit.py",
        "batches = list(batches)",
        "batches = list(batches)[::-1]",
        TRAINING + "after 10",
        mode="fit",
    ),
    "a prediction by Keras that was in float32": Plant(
        "linear_regression",
        "tensorflow",
        "fit.py",
        "return self._predict(batch)",
        'return tf.cast(tf.cast(self._predict(batch), "float32"), batch["x"].dtype)',
        FORWARD + "the whole model",
        mode="fit",
        is_dear=True,
    ),
    "assignments that no session is asked for": Plant(
        "linear_regression",
        "tensorflow",
        "session.py",
        'kind.startswith(("Assign", "ResourceApply"))',
        'kind.startswith("ResourceApply")',
        FORWARD + "layer output",
        mode="session",
    ),
    "momentum with dampening, eagerly": Plant(
        "linear_regression",
        "tensorflow",
        "optim.py",
        "v.assign(momentum * v + g)",
        "v.assign(momentum * v + (1 - momentum * tf.executing_eagerly()) * g)",
        TRAINING + "after 10",
        mode="eager",
    ),
    "variables that every function initialises anew": Plant(
        "linear_regression",
        "tensorflow",
        "session.py",
        "if v.name not in self._initialised]",
        "]",
        FORWARD + "layer output",
        mode="session",
        is_dear=True,
    ),
    "gradients that add up, of a bound symbol": Plant(
        "mlp",
        "mxnet",
        "symbolic.py",
        '"write" if n in trained',
        '"add" if n in trained',
        TRAINING + "after 10",
        mode="symbolic",
    ),
    "gradients over the size of the batch, of a module": Plant(
        "mlp",
        "mxnet",
        "module.py",
        "self._pair.update([grad], state, [weight])",
        "self._pair.update([grad / 64], state, [weight])",
        TRAINING + "after 10",
        mode="module",
    ),
    "inputs in float16, imperatively": Plant(
        "linear_regression",
        "mxnet",
        "compile.py",
        "return self._function(nd, self._model, batch)",
        'return self._function(nd, self._model, {n: x.astype("float16").astype(x.dtype)'
        " for n, x in batch.items()})",
        FORWARD + "layer output",
        mode="imperative",
    ),
    "results in float32, op by op": Plant(
        "mlp",
        "jax",
        "compile.py",
        'if mode == "jit" else function',
        'if mode == "jit" else lambda *args: jax.tree.map('
        'lambda x: x.astype("float32").astype(x.dtype), function(*args))',
        FORWARD + "layer hidden",
        mode="op by op",
    ),
    "velocities that are not kept, eagerly": Plant(
        "mlp",
        "reference",
        "train.py",
        "self._step = compiled(step, mode, donate=(0, 1))",
        "stepped = compiled(step, mode, donate=(0, 1))\n\n"
        "        def forgetful(model, states, batch):\n"
        "            model, after, losses = stepped(model, states, batch)\n"
        '            return model, states if mode == "eager" else after, losses\n\n'
        "        self._step = forgetful",
        TRAINING + "after 10",
        mode="eager",
    ),
    "inputs in float16, when compiled": Plant(
        "linear_regression",
        "pytorch",
        "compile.py",
        "torch.compile(function)",
        "torch.compile(lambda model, batch: function(model, "
        "{n: x.half().to(x.dtype) for n, x in batch.items()}))",
        FORWARD + "the whole model",
        mode="torch.compile",
        is_dear=True,
    ),
    "the number of a step, as it was when traced": Plant(
        "matrix_factorisation",
        "tensorflow",
        "optim.py",
        't = state["t"].assign_add(1)',
        't = tf.constant(float(state.setdefault("n", 0) + 1), tf.float64)\n'
        '        state["n"] += 1',
        TRAINING + "after 10",
    ),
    # In float32 only.
    "gradients that were in float16": Plant(
        "softmax_regression",
        "pytorch",
        "autodiff.py",
        "torch.autograd.grad(value, params)",
        "tuple(g.half().to(g.dtype) if g.dtype == torch.float32 else g"
        " for g in torch.autograd.grad(value, params))",
        GRADIENT + "output.weight",
        dtype="float32",
    ),
    "gradients that were in float16, behind a relu": Plant(
        "mlp",
        "pytorch",
        "autodiff.py",
        "torch.autograd.grad(value, params)",
        "tuple(g.half().to(g.dtype) if g.dtype == torch.float32 else g"
        " for g in torch.autograd.grad(value, params))",
        GRADIENT + "output.weight",
        dtype="float32",
    ),
    "updates that were in bfloat16": Plant(
        "mlp",
        "pytorch",
        "optim.py",
        "p.sub_(v, alpha=lr)",
        "p.sub_(v.bfloat16() if v.dtype == torch.float32 else v, alpha=lr)",
        TRAINING + "after 10",
        dtype="float32",
    ),
    "a weight of 15 bits": Plant(
        "softmax_regression",
        "jax",
        "layers.py",
        'return x @ params["weight"] + params["bias"]',
        'weight = params["weight"]\n'
        "        if weight.dtype == jnp.float32:\n"
        "            weight = lax.reduce_precision(weight, 8, 15)\n"
        '        return x @ weight + params["bias"]',
        "activation of output is off",
        dtype="float32",
    ),
}
