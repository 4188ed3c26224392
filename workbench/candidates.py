"""The rows of a comparison: a framework in a mode, and what is known of it so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.contract import FRAMEWORKS, MODES, Arrays
from adapters.zoo import MODELS

from . import consensus, equality, sanity
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
    noise: dict[str, float] = field(default_factory=dict)
    """What one rounding does to its parameters in float32, by the number of steps."""
    steps: int | None = None
    """How many updates it made; slow modes make fewer than they are asked for."""
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


def candidates(frameworks: Sequence[str], modes: Sequence[str]) -> list[Candidate]:
    """The rows of a comparison.

    Parameters
    ----------
    modes
        Names of modes; "default" stands for the first of each framework, "all" for all.

    Raises
    ------
    UserError
        If there is no such framework or mode.
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
    found = [
        Candidate(framework, mode)
        for framework in dict.fromkeys(frameworks)
        for mode in MODES[framework]
        if {"all", mode} & set(modes)
        or ("default" in modes and mode == MODES[framework][0])
    ]
    if not found:
        raise UserError(
            f"none of {', '.join(frameworks)} has a mode {' or '.join(modes)}"
        )
    return found


def judge(rows: Sequence[Candidate], experiment: Experiment) -> None:
    """Give every candidate that has results its status and, if needed, a reason."""
    _set_apart_misshapen(rows)
    complete = [c for c in rows if c.is_complete]
    slopes = _wrong_slopes(complete, experiment)
    finite = [c for c in complete if c.trouble is None]
    trusted = [c for c in finite if not slopes[c.key]] or finite or complete
    voters = _voters(complete)
    votes: dict[str, Arrays] = {}
    for c in trusted:
        votes.setdefault(voters[c.key], c.results["float64"])
    truths = consensus.truths(set(voters.values()), votes)
    for c in complete:
        c.noise = consensus.noise_floor(c.results["float32"])
    for c in complete:
        reasons = [slopes[c.key]]
        if (truth := truths[voters[c.key]]) is not None:
            noise = _largest(
                [o.noise for o in trusted if voters[o.key] != voters[c.key]]
            )
            others = _others(c, complete, voters)
            reasons = _compare(c, truth, others, noise, experiment)
            reasons.insert(1, slopes[c.key])
        is_one_of_two = len(votes) == 2 and voters[c.key] in votes
        both = " and ".join(votes) if is_one_of_two else None
        _conclude(c, [reason for reason in reasons if reason], both)


def _compare(
    c: Candidate,
    truth: Arrays,
    others: Sequence[Arrays],
    noise: dict[str, float],
    experiment: Experiment,
) -> list[str | None]:
    """Hold one row against the truth, in both dtypes; what is wrong, in order."""
    model, single = MODELS[experiment.model], c.results["float32"]
    exactly = equality.verdict(c.results["float64"], truth, model, "float64")
    singly = equality.verdict(single, truth, model, "float32", noise=noise)
    c.verdicts = {"float64": exactly, "float32": singly}
    outlier = consensus.outlier(single, others, truth, singly.excused)
    return [exactly.reason, singly.reason, outlier]


def _voters(complete: Sequence[Candidate]) -> dict[str, str]:
    """Who votes for each row: its framework, or if that is the only one, its mode.

    The first row of a voter that can be trusted has its vote.
    """
    frameworks = {c.framework for c in complete}
    return {c.key: c.framework if len(frameworks) > 1 else c.key for c in complete}


def _others(
    row: Candidate, complete: Sequence[Candidate], voters: dict[str, str]
) -> list[Arrays]:
    """What the other voters have in float32: the first row of each."""
    first: dict[str, Arrays] = {}
    for c in complete:
        first.setdefault(voters[c.key], c.results["float32"])
    return [results for name, results in first.items() if name != voters[row.key]]


def _set_apart_misshapen(rows: Sequence[Candidate]) -> None:
    """Take away results that cannot be compared: of other shapes than most."""
    for dtype in DTYPES:
        complete = [c for c in rows if c.is_complete]
        usual = sanity.usual_shapes([c.results[dtype] for c in complete])
        for c in complete:
            wrong = sanity.misshapen(c.results[dtype], usual, dtype)
            if wrong:
                c.status, c.reason, c.results = "different", f"{dtype}: {wrong}", {}


def _wrong_slopes(
    complete: Sequence[Candidate], experiment: Experiment
) -> dict[str, str | None]:
    """What gradients get wrong about differences of the same framework's loss."""
    direction = under("direction", experiment.inputs("float64"))
    model = MODELS[experiment.model]
    return {
        c.key: sanity.slope_disagrees(c.results["float64"], direction, model)
        for c in complete
    }


def _largest(floors: Sequence[dict[str, float]]) -> dict[str, float]:
    """The largest effect of a rounding in any of the others, by the number of steps.

    Not in the framework itself: what is noisy would excuse itself.
    """
    moments = dict.fromkeys(moment for floor in floors for moment in floor)
    return {
        moment: max(floor[moment] for floor in floors if moment in floor)
        for moment in moments
    }


def _conclude(c: Candidate, reasons: list[str], both: str | None) -> None:
    """The status; `both` are the only two voters, if this row is one of them."""
    c.status = "different" if reasons else "equal"
    if c.trouble is not None:
        # What went wrong before the training is the cause, if anything did.
        earlier = [r for r in reasons if "training differs" not in r]
        c.status = "different" if earlier else "failed"
        reasons = [*earlier, c.trouble]
    if reasons and both:
        reasons.append(f"{both} disagree, and nothing says which of them is right")
    if not reasons and not c.verdicts:
        reasons = ["compared with nothing but differences of its own loss"]
    c.reason = "; ".join(reasons) or None
