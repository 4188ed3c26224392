"""Are two frameworks' models equal? What is not equal is not timed.

What is compared is what a worker has written: the losses of the first steps, the
parameters after them, and then the output for one sample. All start from the same
numbers; the truth is PyTorch's training in float64. Tolerances have the largest error
that was observed in equal models in brackets.
"""

from __future__ import annotations

import numpy as np

from workbench.arrays import under

from .models.parameters import Arrays, is_statistic

CHECKED_STEPS = 4

# Of each loss, relative [1.5e-6: oneDNN's log_softmax, in MXNet].
LOSS_TOLERANCE = 1e-5
# Of what the steps have changed in each parameter, by norms. Adam divides gradients by
# their size, so that the smallest, which have nothing but rounding in them, count like
# the largest [3e-3]; scales of a batch norm before another one hardly matter, and their
# gradients are what large sums leave of each other [1.4e-2]. With another optimiser it
# is above 1e-1.
UPDATE_TOLERANCE = 3e-2
# Every step rounds a parameter, which may be a thousand times as large as its update.
ROUNDING = CHECKED_STEPS * 2.0**-24
# Of the output, by norms [3e-5]; running variances are biased in some frameworks, and
# not in others.
OUTPUT_TOLERANCE = 1e-3


def difference(found: Arrays, truth: Arrays, start: Arrays) -> str | None:
    """The first difference between two trainings from `start`, in words."""
    for step, pair in enumerate(zip(found["losses"], truth["losses"], strict=True)):
        loss, exact = map(float, pair)
        if not abs(loss - exact) <= LOSS_TOLERANCE * abs(exact):
            return f"the loss of step {step + 1} is {loss:.7g}, not {exact:.7g}"
    after, exactly = under("parameter", found), under("parameter", truth)
    if after.keys() != exactly.keys():
        names = ", ".join(sorted(after.keys() ^ exactly.keys()))
        return f"parameters are missing, or strangers: {names}"
    for name, p in exactly.items():
        if is_statistic(name):
            continue
        if after[name].shape != p.shape:
            return f"{name} is {after[name].shape}, not {p.shape}"
        change = np.linalg.norm(p - start[name])
        error = np.linalg.norm(after[name].astype(np.float64) - p)
        rounding = ROUNDING * np.linalg.norm(p)
        if not error <= UPDATE_TOLERANCE * change + rounding:
            return f"the update of {name} is off by {error / change:.1e} of its norm"
    error = np.linalg.norm(found["output"] - truth["output"])
    if not error <= OUTPUT_TOLERANCE * np.linalg.norm(truth["output"]):
        return f"the output after {CHECKED_STEPS} steps is off by {error:.1e}"
    return None
