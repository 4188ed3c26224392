"""What there is to measure: models, phases, numbers of threads, and contenders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from workbench.errors import UserError, unknown

from .models.parameters import MODELS

PHASES = ("training", "inference")
THREADS = (1, 2)
Name = TypeVar("Name", str, int)


@dataclass(frozen=True)
class Contender:
    """A framework in one of its modes."""

    framework: str
    mode: str

    @property
    def key(self) -> str:
        """A name for it."""
        return f"{self.framework} {self.mode}"


CONTENDERS = (
    Contender("pytorch", "eager"),
    Contender("reference", "eager"),
    Contender("reference", "compiled"),
    Contender("pytorch", "torch.compile"),
    Contender("pytorch", "channels_last, fused"),
    Contender("tensorflow", "tf.function"),
    Contender("jax", "jit"),
    Contender("mxnet", "hybridized"),
)
BASIS = CONTENDERS[0]
QUICK = (BASIS, Contender("reference", "compiled"))

# Those that find on disk what another process has built.
CACHED = {Contender("reference", "compiled"), Contender("pytorch", "torch.compile")}


@dataclass(frozen=True)
class Aim:
    """The part of PyTorch eager's time that the compiled reference is to take."""

    reach: float
    stretch: float | None = None


AIMS = {
    ("mlp-64", "training", 1): Aim(0.6, 0.5),
    ("mlp-64", "training", 2): Aim(0.9, 0.75),
    ("mlp-8", "training", 1): Aim(0.45, 0.35),
    ("mlp-8", "training", 2): Aim(0.75, 0.6),
    ("lenet-5", "training", 1): Aim(0.6, 0.5),
    ("lenet-5", "training", 2): Aim(0.7, 0.6),
    ("resnet-8", "training", 1): Aim(0.85, 0.75),
    ("resnet-8", "training", 2): Aim(0.9, 0.8),
    ("lstm", "training", 1): Aim(0.9, 0.75),
    ("lstm", "training", 2): Aim(1.0, 0.85),
    ("gpt", "training", 1): Aim(0.9, 0.75),
    ("gpt", "training", 2): Aim(1.0, 0.85),
    ("mlp-64", "inference", 1): Aim(0.3),
    ("mlp-8", "inference", 1): Aim(0.3),
    ("lenet-5", "inference", 1): Aim(0.45),
    ("resnet-8", "inference", 1): Aim(0.55),
    ("lstm", "inference", 1): Aim(0.65),
    ("gpt", "inference", 1): Aim(0.7),
}
# And what the reference is to take op by op.
EAGER_AIMS = {("mlp-64", "training", threads): Aim(1.5) for threads in THREADS} | {
    (model, "training", threads): Aim(3.0)
    for model in ("lenet-5", "lstm")
    for threads in THREADS
}


def aim(contender: Contender, model: str, phase: str, threads: int) -> Aim | None:
    """What is to be reached, if anything."""
    if contender.framework != "reference":
        return None
    table = AIMS if contender.mode == "compiled" else EAGER_AIMS
    return table.get((model, phase, threads))


@dataclass(frozen=True)
class Group:
    """What is measured together: contenders that take turns on the same cores."""

    model: str
    threads: int
    contenders: tuple[Contender, ...] = field(repr=False)
    phases: tuple[str, ...] = PHASES


def groups(
    *,
    models: Sequence[str] | None = None,
    frameworks: Sequence[str] | None = None,
    threads: Sequence[int] | None = None,
    quick: bool = False,
) -> list[Group]:
    """What is to be measured; PyTorch eager is always there, for the ratio.

    Parameters
    ----------
    quick : bool
        Training alone, of the reference and PyTorch: all models with one thread, and
        the first with two.

    Raises
    ------
    UserError
        If a name is unknown, or nothing is left.
    """
    chosen_models = chosen("model", models, MODELS)
    known = dict.fromkeys(c.framework for c in CONTENDERS)
    chosen_frameworks = chosen("framework", frameworks, known)
    chosen_threads = chosen("number of threads", threads, THREADS)
    wanted = tuple(
        c
        for c in (QUICK if quick else CONTENDERS)
        if c == BASIS or c.framework in chosen_frameworks
    )
    phases = PHASES[:1] if quick else PHASES
    found = [
        Group(model, count, wanted, phases)
        for count in chosen_threads
        for model in chosen_models
        if not quick or count == 1 or model == next(iter(MODELS))
    ]
    if not found or (frameworks is not None and not _is_asked_for(wanted, frameworks)):
        raise UserError(
            "nothing is left to measure: --quick has the frameworks "
            f"{', '.join(c.framework for c in QUICK)}, and two threads for "
            f"{next(iter(MODELS))} only"
        )
    return found


def chosen(
    kind: str, wanted: Sequence[Name] | None, known: Iterable[Name]
) -> list[Name]:
    """What is wanted, in the order of what is known; all of that if nothing is said.

    Raises
    ------
    UserError
        If something is not known, or nothing is wanted.
    """
    names = list(known)
    if wanted is None:
        return names
    for name in wanted:
        if name not in names:
            raise unknown(kind, str(name), names)
    if not wanted:
        raise UserError(f"name at least one {kind} of: {', '.join(map(str, names))}")
    return [name for name in names if name in wanted]


def _is_asked_for(found: Sequence[Contender], frameworks: Sequence[str]) -> bool:
    return bool({c.framework for c in found} & set(frameworks))
