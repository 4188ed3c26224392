"""The rows of a comparison: a framework in a mode, and what is known of it so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.contract import FRAMEWORKS, MODES, Arrays

from . import equality
from .errors import UserError, unknown
from .experiment import DTYPES
from .rows import key


@dataclass
class Candidate:
    """A framework in a mode; filled in as a comparison goes on."""

    framework: str
    mode: str
    versions: dict[str, str] = field(default_factory=dict)
    cores: list[int] = field(default_factory=list)
    """Where it was checked in float32."""
    results: dict[str, Arrays] = field(default_factory=dict)
    verdicts: dict[str, equality.Verdict] = field(default_factory=dict)
    measures_noise: bool = True
    """Whether it trains from neighbours of the first values as well."""
    noise: dict[str, list[float]] = field(default_factory=dict)
    """What roundings do to its training in float32, by the moment, run by run."""
    lack_of_noise: str | None = None
    """Why nobody knows what roundings do to it, where that was asked."""
    steps: int | None = None
    """How many updates were compared; slow modes make fewer than others."""
    trouble: str | None = None
    """What is not a finite number in its training."""
    status: str | None = None
    reason: str | None = None
    cause: str | None = None
    """The documented cause of all that is different, if there is one."""

    @property
    def key(self) -> str:
        """A name for the row."""
        return key(self.framework, self.mode)

    @property
    def is_complete(self) -> bool:
        """Whether all its results are there."""
        return len(self.results) == len(DTYPES)


def candidates(frameworks: Sequence[str], modes: Sequence[str]) -> list[Candidate]:
    """The rows of a comparison.

    Parameters
    ----------
    modes
        Names of modes; "default" stands for the first of each framework, "all" for all.

    Raises
    ------
    UserError
        If there is no such framework or mode, or none of them has a mode.
    """
    if not frameworks:
        raise UserError(f"name at least one framework of: {', '.join(FRAMEWORKS)}")
    if not modes:
        raise UserError("name at least one mode, or 'default', or 'all'")
    for name in frameworks:
        if name not in MODES:
            raise unknown("framework", name, FRAMEWORKS)
    known = dict.fromkeys(mode for of_one in MODES.values() for mode in of_one)
    for name in modes:
        if name not in {"default", "all", *known}:
            raise unknown("mode", name, ["default", "all", *known])
    there = {mode for name in frameworks for mode in MODES[name]}
    if lost := [name for name in modes if name in known.keys() - there]:
        raise UserError(
            f"none of {', '.join(frameworks)} has a mode {' or '.join(lost)}; there "
            f"are: {', '.join(mode for mode in known if mode in there)}"
        )
    found = [
        Candidate(framework, mode)
        for framework in dict.fromkeys(frameworks)
        for mode in MODES[framework]
        if {"all", mode} & set(modes)
        or ("default" in modes and mode == MODES[framework][0])
    ]
    # Rounding is a framework's, not a mode's; only modes that are held against each
    # other have one each.
    first = {c.framework: c for c in reversed(found)}
    for c in found:
        c.measures_noise = len(first) == 1 or c is first[c.framework]
    return found
