"""Warnings of what is right but slow: loops that Python runs, compiling too often.

Each is about the line that calls what was compiled, which is the user's.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from .lazy import lazy
from .replay import Program

if TYPE_CHECKING:
    from .plan.plan import Plan

steps = lazy(f"{__package__}.lowering.step")

# Compiling again and again is slower than not compiling: somebody should know.
MANY_KINDS = 8

# What each is called, and what to do instead.
_SLOW_LOOPS = {
    "scan": (
        "a scan of {length:,} steps",
        "compute that before the scan or after it, or scan over fewer steps at a time",
    ),
    "while_loop": (
        "a while_loop",
        "where it ends after so many steps at the most, a scan of so many is faster",
    ),
}

# From here up to the caller: this module's function, `Compiled._known`, the method of
# `Compiled` that was called, and the line that called it.
_CALLER = 4


def warn_of_slow_loop(name: str, program: Plan | Program) -> None:
    """Say that a loop runs op by op, which is many times slower than one of kernels."""
    if isinstance(program, Program):
        return
    for step in program.stages:
        if isinstance(step, steps.Library) and step.op.name in _SLOW_LOOPS:
            what, advice = _SLOW_LOOPS[step.op.name]
            warnings.warn(
                f"compile: {name}: {what.format(**step.attrs)} runs op by op in "
                f"Python, since {step.why}; {advice}",
                stacklevel=_CALLER,
            )
            return


def warn_of_many_kinds(name: str, count: int) -> None:
    """Say, once, for how many kinds of arguments a function has been compiled."""
    if count == MANY_KINDS + 1:
        warnings.warn(
            f"compile: {name} was compiled for {count} kinds of arguments; a number "
            f"that changes should be a tensor, and batches should have one shape",
            stacklevel=_CALLER,
        )
