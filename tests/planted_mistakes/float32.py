"""Mistakes that only float32 has."""

from .plant import GRADIENT, TRAINING, Plant

IN_FLOAT16 = Plant(
    "softmax_regression",
    "pytorch",
    "autodiff.py",
    "torch.autograd.grad(value, params)",
    "tuple(g.half().to(g.dtype) if g.dtype == torch.float32 else g"
    " for g in torch.autograd.grad(value, params))",
    GRADIENT + "output.weight",
    dtype="float32",
)
PLANTS = {
    "gradients that were in float16": IN_FLOAT16,
    "gradients that were in float16, behind a relu": IN_FLOAT16._replace(model="mlp"),
    "updates that were in bfloat16": Plant(
        "mlp",
        "pytorch",
        "optim.py",
        "p.sub_(v, alpha=lr)",
        "p.sub_(v.bfloat16() if v.dtype == torch.float32 else v, alpha=lr)",
        TRAINING + "after 10 steps",
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
    # As small as what one switched relu makes of a training.
    "a momentum of batch normalisation that is 1% off": Plant(
        "resnet8",
        "pytorch",
        "layers.py",
        "m, n = self.momentum, x.numel()",
        "m, n = self.momentum * (1.01 if x.dtype == torch.float32 else 1), x.numel()",
        TRAINING + r"after 10 steps, most in \S+\.(mean|variance)",
        dtype="float32",
    ),
    "a gradient of one shortcut that is 1% off": Plant(
        "resnet8",
        "pytorch",
        "autodiff.py",
        "torch.autograd.grad(value, params)",
        "tuple(1.01 * g if (g.dtype, g.shape) == (torch.float32, (64, 32, 1, 1))"
        " else g for g in torch.autograd.grad(value, params))",
        GRADIENT + "block3.shortcut.weight",
        dtype="float32",
    ),
    "a momentum of updates that is 1% off": Plant(
        "lenet",
        "pytorch",
        "optim.py",
        "v.mul_(momentum).add_(g)",
        "v.mul_(momentum * (1.01 if v.dtype == torch.float32 else 1)).add_(g)",
        TRAINING + "after 10 steps",
        dtype="float32",
    ),
    "velocities that outlive a training": Plant(
        "mlp",
        "pytorch",
        "train.py",
        "self._states = {",
        'self._states = getattr(self, "_states", None) or {',
        "trainings from values one rounding apart differ in the first losses",
        dtype="float32",
    ),
}
