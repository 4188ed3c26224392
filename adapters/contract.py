"""What every adapter offers, so that five frameworks can be asked the same question.

An adapter is a folder of files with equal names, and in each file the same public
names stand in the same order: `FILES` lists them. Their docstrings begin with the same
line, and their parameters have the same names in the same order, except where the
framework's way of working demands others: MXNet's functions take `F`, the name space of
arrays or of symbols; what is a module in one framework is a function of parameters in
another. `tests/adapters/test_mirror.py` holds every adapter to this, and lists the
exceptions. The bodies are what a native user of the framework would write.

`adapters.zoo` says what the models are. Each has a file `models/NAME.py` with:

`build(dtype)`
    the native model;
`predict(model, batch)`
    its output after training (with running statistics), a native tensor;
`loss(model, batch)`, or what else the model's objectives are
    in training, a scalar.

A batch is a dict of native tensors by name. Parameters cross as NumPy arrays under
canonical names such as `hidden.weight`, in the canonical layouts of `adapters.zoo`.
Nothing but NumPy is imported here: workers of every environment read this file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from .zoo import MODELS
from .zoo.model import Arrays, Model, Optimiser, Shapes, mismatches, unknown

_ADAPTERS = Path(__file__).parent

FILES: dict[str, tuple[str, ...]] = {
    "tensor.py": ("versions", "configure", "from_numpy", "to_numpy"),
    "autodiff.py": ("value_and_grad",),
    "layers.py": (
        *("linear", "convolution", "max_pool", "average_pool", "flatten"),
        *("relu", "leaky_relu", "gelu", "batch_norm", "layer_norm"),
        *("embedding", "positions", "attention", "lstm", "gru", "last"),
        "sequential",
    ),
    "losses.py": (
        *("mean_squared_error", "cross_entropy", "binary_cross_entropy"),
        "divergence",
    ),
    # Each makes a pair of functions, `init` and `update`: `formula` one of the first
    # two, which all adapters share, and `native` the framework's own optimiser.
    "optim.py": ("momentum", "adam", "formula", "native"),
    "data.py": ("batches",),
    "compile.py": ("compiled",),
    "io.py": ("load", "shapes", "parameters", "named"),
    "recording.py": ("activations", "layer_seconds"),
    "train.py": ("Trainer",),
}

# What only some frameworks have: ways to train, or to say what they allocate.
OWN_FILES: dict[str, dict[str, tuple[str, ...]]] = {
    "reference": {"memory.py": ("recorded",)},
    "jax": {"binding.py": ("bind",)},
    "tensorflow": {"fit.py": ("Fit",), "session.py": ("Session",)},
    "mxnet": {"symbolic.py": ("Symbolic",), "module.py": ("Module",)},
}
TRACED = ("reference",)  # the frameworks that say what they allocate

# The ways in which a framework can run a model, and what of a training each compiles;
# the first is the one its users reach for when they care about speed and need nothing
# else installed.
ABOUT_MODES: dict[str, dict[str, str]] = {
    "reference": {
        "compiled": "a whole step, with its updates, is one captured graph",
        "eager": "op by op",
    },
    "pytorch": {
        "eager": "op by op",
        "torch.compile": "Inductor compiles the loss and its gradient; "
        "updates run op by op",
    },
    "tensorflow": {
        "tf.function": "a whole step, with its updates, is one traced graph",
        "eager": "op by op",
        "fit": "Keras runs the loop, and traces the whole step into one graph",
        "session": "updates are parts of one static graph, as in TensorFlow 1",
    },
    "mxnet": {
        "hybridized": "the loss and its gradient are one cached graph; "
        "updates run op by op",
        "imperative": "op by op",
        "symbolic": "the loss and its gradient are a symbol, bound to arrays; "
        "updates run op by op",
        "module": "a Module binds the symbol to arrays of its own, and updates them "
        "op by op",
    },
    "jax": {
        "jit": "XLA compiles a whole step, with its updates",
        "op by op": "XLA compiles every op for itself",
    },
}

MODES = {framework: tuple(about) for framework, about in ABOUT_MODES.items()}
FRAMEWORKS = tuple(MODES)

# What is worth knowing of models with an LSTM or GRU, in modes that run, but not whole.
RECURRENT_REMARKS = {
    ("pytorch", "torch.compile"): "the recurrent layer runs eager inside the compiled "
    "model: Dynamo does not trace nn.LSTM and nn.GRU",
    ("jax", "op by op"): "the recurrent layer is compiled: op by op, every call would "
    "give lax.scan a new function to compile",
}


class Unsupported(Exception):
    """A model or feature that a framework, or one of its modes, cannot have."""

    def __init__(self, framework: str, feature: str, reason: str) -> None:
        super().__init__(f"{framework}: {feature}: {reason}")
        self.framework, self.feature, self.reason = framework, feature, reason


# How many events of an allocator came before a step, and all of them. An event has
# `action` ("allocate" or "free"), `offset`, `nbytes`, `live_bytes` (of all blocks,
# after it), and of the array in the block `maker`, `dtype` and `shape`.
Recording = tuple[int, list[dict[str, Any]]]

Batch = dict[str, Any]  # the framework's own tensors, made with `tensor.from_numpy`


def files(framework: str) -> dict[str, tuple[str, ...]]:
    """The files of an adapter, and the public names in each; without the models'."""
    return FILES | OWN_FILES.get(framework, {})


def model_names(model: Model) -> tuple[str, ...]:
    """The public names in the file of a model."""
    return ("build", "predict", *model.objectives)


def check(
    framework: str,
    model: str,
    arrays: Arrays,
    *,
    mode: str,
    optimiser: Mapping[str, Any],
) -> None:
    """Refuse what no `Trainer` of a framework can be made of, before it is begun.

    Raises
    ------
    ValueError
        If there is no such model, mode or optimiser, or the adapter has no file of the
        model; if settings are missing, unknown or no numbers; or if arrays are not the
        model's (`Model.check`).
    """
    if model not in list(MODELS):
        raise unknown(framework, "model", model, MODELS)
    if not (_ADAPTERS / framework / "models" / f"{model}.py").is_file():
        raise ValueError(f"{_file(framework, model)} is not there")
    if mode not in MODES[framework]:
        raise unknown(framework, "mode", mode, MODES[framework])
    Optimiser.from_dict(optimiser).check()
    MODELS[model].check(arrays)


def check_built(framework: str, model: str, shapes: Shapes) -> None:
    """Refuse a native model whose layers declare other arrays than the zoo.

    Loading may put the canonical arrays in place of those that were declared: the right
    thing would be computed, by a file that says another.

    Raises
    ------
    ValueError
        If an array is missing, unknown or of another shape. It names each, what was
        needed and what is declared.
    """
    needed = MODELS[model].shapes | MODELS[model].statistics
    wrong = [*mismatches(shapes, needed)]
    for name, shape in shapes.items():
        if shape != needed.get(name, shape):
            wrong.append(f"{name} must be {needed[name]}, {shape} is declared")
    if wrong:
        raise ValueError(f"{_file(framework, model)}: {'; '.join(wrong)}")


def in_order(
    framework: str, results: Mapping[str, Any], names: Collection[str]
) -> dict[str, Any]:
    """The results of layers, in the order of these names.

    Raises
    ------
    ValueError
        If one has none: no layer of a model is called so, or none that is used.
    """
    missing = [name for name in names if name not in results]
    if missing:
        raise ValueError(
            f"{framework}: no result of {', '.join(missing)}: the model's file must "
            f"name and use each of {', '.join(names)}"
        )
    return {name: results[name] for name in names}


def _file(framework: str, model: str) -> str:
    """Where a complaint is about: the framework, and its file of a model."""
    return f"{framework}: adapters/{framework}/models/{model}.py"


class Trainer(Protocol):
    """A model in training: the class that `train.py` of every adapter offers.

    Parameters
    ----------
    model : str
        A name in `adapters.zoo.MODELS`.
    arrays : dict of arrays
        Parameters and statistics, canonical; their dtype is that of the training.
    mode : str
        One of the framework's `MODES`.
    optimiser : dict
        Its `name` and settings, as in `adapters.zoo`.
    is_native : bool
        Whether updates are the framework's own, instead of by the shared formula.

    Raises
    ------
    Unsupported
        If the model cannot run in this mode. Today every model runs in every mode.
    ValueError
        If `check` refuses any of them.
    """

    def __init__(
        self,
        model: str,
        arrays: Arrays,
        *,
        mode: str,
        optimiser: Mapping[str, Any],
        is_native: bool = False,
    ) -> None: ...

    def restart(self, arrays: Arrays) -> None:
        """Start over from these parameters and statistics; nothing is compiled again.

        The optimiser has a new state. Raises ValueError as `Model.check` does.
        """

    def predict(self, batch: Batch) -> Any:
        """The output of the model after training, a native tensor.

        Of any number of samples; noise, where there is any, comes with them.
        """

    def activations(self, batch: Batch) -> Arrays:
        """The result of every named layer, in the order of the model's `layers`.

        In training, in the canonical layout, before any reader changes it; where a
        layer is used more than once, its first result in the order of the objectives.
        Where a mode shows nothing but its results, the same layers run in another one:
        those of torch.compile run eager, and those of MXNet's graphs in a symbol.
        Leaves the statistics as they were.
        """

    def layer_seconds(self, batch: Batch) -> dict[str, float]:
        """How long every named layer takes, in the order of the model's `layers`.

        In seconds, from a layer's call until its result is there, in a pass forward of
        training that runs op by op, whatever the mode is, and notes nothing for
        gradients. Where a layer is used more than once, its first call counts, in the
        order of the objectives; what is computed between layers belongs to none.
        Leaves everything as it was.
        """

    def gradients(self, batch: Batch) -> tuple[dict[str, float], Arrays]:
        """Each objective's loss, and the gradients of what it trains.

        Leaves everything as it was.
        """

    def train(self, batches: Iterable[Batch]) -> dict[str, list[float]]:
        """Update once for each batch and objective, in order; the losses before each.

        The only way to update.
        """

    def parameters(self) -> Arrays:
        """Parameters and statistics as they are now, under canonical names."""
