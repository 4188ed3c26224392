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
