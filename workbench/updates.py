"""Whether a framework's own updates are what is known of them.

`adapters.deviations` declares the formula of every framework's own optimisers. It is
run here in NumPy, on the gradients that the framework finds on its way: what it gives
is what the framework must have, up to rounding [1e-16, in float32 9e-8]. No small
difference grows, since both follow the same gradients. So the gates of equality hold
for any model and any settings, and a deviation is excused by its formula, not by its
size. What is not seen here: updates that follow another formula after the first
snapshot. Batches in another order and running statistics a comparison by the shared
formula sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from adapters.deviations import deviation
from adapters.formulas import FORMULAS
from adapters.zoo.model import Arrays, Model

from .arrays import under
from .distances import distance
from .gates import GATES


def formula(
    framework: str, mode: str, *, name: str, **settings: float
) -> Callable[..., np.ndarray]:
    """What a framework's own optimiser is known to compute, with its settings."""
    known = deviation(framework, mode, name)
    return partial(known.formula if known else FORMULAS[name], **settings)


def declared(
    trainer: Any,
    batches: Iterable[dict[str, Any]],
    model: Model,
    formula: Callable[..., np.ndarray],
    probe: Any,
) -> Arrays:
    """The parameters after some batches by a formula, in float64.

    Parameters
    ----------
    trainer
        One that has not trained yet; it trains on the batches.
    formula : function (p, gradient, steps)
    probe
        Another trainer of the same kind, where there is more than one objective.
    """
    first = trainer.parameters()
    seen: dict[str, list[np.ndarray]] = {name: [] for name in model.shapes}
    for batch in batches:
        before, (_, gradients) = trainer.parameters(), trainer.gradients(batch)
        trainer.train([batch])
        after = trainer.parameters()
        for number, objective in enumerate(model.objectives):
            if number:
                # It starts from what the objectives before it have trained.
                probe.restart(before)
                gradients = probe.gradients(batch)[1]
            for name in model.trained(objective):
                seen[name].append(gradients[name].astype(np.float64))
                before[name] = after[name]
    return {
        name: _replayed(formula, first[name].astype(np.float64), gradients)
        for name, gradients in seen.items()
    }


def _replayed(
    formula: Callable[..., np.ndarray], p: np.ndarray, gradients: list[np.ndarray]
) -> np.ndarray:
    """What a formula makes of parameters by gradients that are known."""
    coming = iter(gradients)
    return formula(p, lambda p: next(coming), len(gradients))


def fault(results: Arrays, dtype: str, moment: str) -> str | None:
    """How far the parameters are from what is declared, if that is too far.

    Parameters
    ----------
    moment : str
        The snapshot up to which the formula was run, such as "after 10".
    """
    error = distance(under(moment, results), under("declared", results))
    allowed = GATES[dtype].of(moment) or 0.0
    if error <= allowed:
        return None
    return (
        f"{dtype}: its own updates are not what is declared of them "
        f"({error:.1e} {moment}, allowed {allowed:.0e})"
    )
