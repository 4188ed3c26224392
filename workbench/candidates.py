"""The rows of a comparison: a framework in a mode, and what is known of it so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.contract import FRAMEWORKS, MODELS, MODES, Arrays

from . import equality
from .arrays import under
from .errors import UserError, unknown
from .experiment import DTYPES, Experiment


@dataclass
class Candidate:
    """A framework in a mode; filled in as a comparison goes on."""

    framework: str
    mode: str
    versions: dict[str, str] = field(default_factory=dict)
    results: dict[str, Arrays] = field(default_factory=dict)
    verdicts: dict[str, equality.Verdict] = field(default_factory=dict)
    trouble: str | None = None
    """What is not a finite number in its training."""
    status: str | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        """A name for the row."""
        return f"{self.framework} ({self.mode})"

    @property
    def is_complete(self) -> bool:
        """Whether all its results are there."""
        return len(self.results) == len(DTYPES)


def candidates(frameworks: Sequence[str], modes: str) -> list[Candidate]:
    """The rows of a comparison.

    Parameters
    ----------
    modes : str
        "default" for the first mode of each framework, "all", or the name of one.

    Raises
    ------
    UserError
        If there is no such framework or mode.
    """
    if not frameworks:
        raise UserError(f"name at least one framework of: {', '.join(FRAMEWORKS)}")
    for name in frameworks:
        if name not in MODES:
            raise unknown("framework", name, FRAMEWORKS)
    known = {mode for all_modes in MODES.values() for mode in all_modes}
    if modes not in {"default", "all", *known}:
        raise unknown("mode", modes, ["default", "all", *sorted(known)])
    found = [
        Candidate(framework, mode)
        for framework in dict.fromkeys(frameworks)
        for mode in MODES[framework]
        if modes in ("all", mode)
        or (modes == "default" and mode == MODES[framework][0])
    ]
    if not found:
        raise UserError(f"none of {', '.join(frameworks)} has a mode {modes!r}")
    return found


def judge(rows: Sequence[Candidate], experiment: Experiment) -> None:
    """Give every candidate that has results its status and, if needed, a reason."""
    complete = [c for c in rows if c.is_complete]
    direction = under("direction", experiment.inputs("float64"))
    slopes = {
        c.key: equality.slope_disagrees(c.results["float64"], direction)
        for c in complete
    }
    model = MODELS[experiment.model]
    finite = [c for c in complete if c.trouble is None]
    trusted = [c for c in finite if not slopes[c.key]] or finite or complete
    votes = _votes(trusted)
    noise = equality.noise_floor([c.results["float32"] for c in trusted])
    single = {c.key: c.results["float32"] for c in complete}
    for c in complete:
        truth = equality.truth_for(c.framework, votes)
        reasons = [slopes[c.key]]
        if truth is not None:
            exactly = equality.verdict(c.results["float64"], truth, model, "float64")
            singly = equality.verdict(
                c.results["float32"], truth, model, "float32", noise=noise
            )
            c.verdicts = {"float64": exactly, "float32": singly}
            outlier = equality.outlier(c.key, single, truth)
            reasons = [exactly.reason, *reasons, singly.reason, outlier]
        _conclude(c, [reason for reason in reasons if reason], votes)


def _votes(trusted: Sequence[Candidate]) -> dict[str, Arrays]:
    """One vote for each framework: that of its first mode."""
    votes: dict[str, Arrays] = {}
    for c in trusted:
        votes.setdefault(c.framework, c.results["float64"])
    return votes


def _conclude(c: Candidate, reasons: list[str], votes: dict[str, Arrays]) -> None:
    c.status = "different" if reasons else "equal"
    if c.trouble is not None:
        # What went wrong before the training is the cause, if anything did.
        earlier = [r for r in reasons if "training differs" not in r]
        c.status = "different" if earlier else "failed"
        reasons = [*earlier, c.trouble]
    if reasons and len(votes) == 2 and c.framework in votes:
        both = " and ".join(votes)
        reasons.append(f"{both} disagree, and nothing says which of them is right")
    if not reasons and not c.verdicts:
        reasons = ["compared with nothing but differences of its own loss"]
    c.reason = "; ".join(reasons) or None
