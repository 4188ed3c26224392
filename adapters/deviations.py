"""Where a framework's own optimisers are not what all adapters share.

Each deviation has a formula, which gives the framework's parameters to the last digit:
it is the cause, and its proof. Frameworks and modes that `DEVIATIONS` does not name
follow the shared formulas natively, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .contract import MODES
from .formulas import (
    FORMULAS,
    Formula,
    adam_of_keras,
    adam_of_mxnet,
    adam_of_sessions,
    in_float32,
    momentum_in_float32,
)
from .zoo.model import adam, momentum, unknown

# What deviations are measured by: the zoo's kind of numbers, and those of every day.
SETTINGS: dict[str, dict[str, Mapping[str, float]]] = {
    "momentum": {
        "dyadic": momentum(lr=2**-4).settings,
        "decimal": {"lr": 0.01, "momentum": 0.9},
    },
    "adam": {
        "dyadic": adam(lr=2**-7).settings,
        "decimal": {"lr": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    },
}


@dataclass(frozen=True)
class Deviation:
    """What a framework's own optimiser computes instead of the shared formula.

    Attributes
    ----------
    framework : str
    modes : tuple of str
        Of the framework's `MODES`.
    optimiser : str
        A name in `FORMULAS`.
    formula : function
        What is computed.
    sizes : dict of float
        By name in `SETTINGS`: the distance of the parameters from those by the shared
        formula, over their length, after 20 steps of softmax regression in float64. In
        float32 Adam's are the same, and those of momentum are lost in rounding.
    rounded : tuple of str
        The settings that pass through float32.
    also_rounded : str
        What else does: a number that is computed anew in every step.
    always : str
        What it does otherwise, whatever the settings are.
    rows : tuple of int
        The numbers of the atlas' rows that show it.
    """

    framework: str
    modes: tuple[str, ...]
    optimiser: str
    formula: Formula
    sizes: Mapping[str, float]
    rounded: tuple[str, ...]
    also_rounded: str = ""
    always: str = ""
    rows: tuple[int, ...] = ()

    def cause(self, settings: Mapping[str, float]) -> str | None:
        """Why results differ with these settings, in words; nothing if they do not."""
        lossy = [n for n in self.rounded if in_float32(settings[n]) != settings[n]]
        lossy += filter(None, [self.also_rounded])
        parts = [*filter(None, [self.always])]
        if lossy:
            parts.append(f"rounds {_listed(lossy)} to float32")
        return f"its own {self.optimiser} {_listed(parts)}" if parts else None


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


_EPS_HAT = "adds eps before it corrects the bias of the second moment"
_KERAS = tuple(mode for mode in MODES["tensorflow"] if mode != "session")
_EXACT = 0.0

DEVIATIONS = (
    Deviation(
        "tensorflow",
        _KERAS,
        "momentum",
        momentum_in_float32,
        sizes={"dyadic": _EXACT, "decimal": 2e-8},
        rounded=("lr", "momentum"),
        rows=(65,),
    ),
    Deviation(
        "tensorflow",
        ("session",),
        "momentum",
        momentum_in_float32,
        sizes={"dyadic": _EXACT, "decimal": 2e-8},
        rounded=("lr", "momentum"),
    ),
    Deviation(
        "mxnet",
        MODES["mxnet"],
        "momentum",
        momentum_in_float32,
        sizes={"dyadic": _EXACT, "decimal": 2e-8},
        rounded=("lr", "momentum"),
        rows=(65,),
    ),
    Deviation(
        "tensorflow",
        _KERAS,
        "adam",
        adam_of_keras,
        sizes={"dyadic": 1e-3, "decimal": 4e-5},
        rounded=("lr", "beta1", "beta2"),
        always=_EPS_HAT,
        rows=(24, 25, 66),
    ),
    Deviation(
        "tensorflow",
        ("session",),
        "adam",
        adam_of_sessions,
        sizes={"dyadic": 1e-3, "decimal": 4e-5},
        rounded=("lr", "beta1", "beta2", "eps"),
        also_rounded="the powers of beta1 and beta2",
        always=_EPS_HAT,
    ),
    Deviation(
        "mxnet",
        MODES["mxnet"],
        "adam",
        adam_of_mxnet,
        sizes={"dyadic": 1e-3, "decimal": 4e-5},
        rounded=("beta1", "beta2", "eps"),
        also_rounded="the bias-corrected lr",
        always=_EPS_HAT,
        rows=(24, 25, 66),
    ),
)


def deviation(framework: str, mode: str, optimiser: str) -> Deviation | None:
    """What the framework's own optimiser computes instead, if it does.

    Raises
    ------
    ValueError
        If there is no such framework, mode or optimiser.
    """
    for kind, name, known in (
        ("framework", framework, tuple(MODES)),
        ("mode", mode, MODES.get(framework, ())),
        ("optimiser", optimiser, tuple(FORMULAS)),
    ):
        if name not in known:
            raise unknown("deviation", kind, name, known)
    found = (
        one
        for one in DEVIATIONS
        if (one.framework, one.optimiser) == (framework, optimiser)
        and mode in one.modes
    )
    return next(found, None)


def cause(
    framework: str, mode: str, optimiser: str, settings: Mapping[str, float]
) -> str | None:
    """Why native updates differ from the shared formula; nothing if they do not."""
    found = deviation(framework, mode, optimiser)
    return found.cause(settings) if found else None
