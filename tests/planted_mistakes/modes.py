"""Mistakes in one mode of a framework."""

from .plant import FORWARD, TRAINING, Plant

PLANTS = {
    "batches from the last to the first, in fit": Plant(
        "linear_regression",
        "tensorflow",
        "fit.py",
        "batches = list(batches)",
        "batches = list(batches)[::-1]",
        TRAINING + "after 10 steps",
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
        is_costly=True,
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
        TRAINING + "after 10 steps",
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
        is_costly=True,
    ),
    "gradients that add up, of a bound symbol": Plant(
        "mlp",
        "mxnet",
        "symbolic.py",
        '"write" if n in trained',
        '"add" if n in trained',
        TRAINING + "after 10 steps",
        mode="symbolic",
    ),
    "gradients over the size of the batch, of a module": Plant(
        "mlp",
        "mxnet",
        "module.py",
        "self._rule.update([grad], state, [weight])",
        "self._rule.update([grad / 64], state, [weight])",
        TRAINING + "after 10 steps",
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
        TRAINING + "after 10 steps",
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
        is_costly=True,
    ),
    "the number of a step, as it was when traced": Plant(
        "matrix_factorisation",
        "tensorflow",
        "optim.py",
        't = state["t"].assign_add(1)',
        't = tf.constant(float(state.setdefault("n", 0) + 1), tf.float64)\n'
        '        state["n"] += 1',
        TRAINING + "after 10 steps",
    ),
}
