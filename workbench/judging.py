"""Hold the rows of a comparison against each other: each gets a status, and why.

No framework is right by decree. Each whose gradient agrees with differences of its own
loss has one vote, and the element-wise median of the votes is what all are held
against. Two are held against each other. One that is alone is held against its own loss
only, and is not called equal: its status is "alone". So is that of the modes of a
single framework, which share one adapter; where they disagree they are different. A
mode that made fewer steps than others is compared as far as it went.

Native updates (`Experiment.is_native`) are held against those that follow the shared
formula. One that follows another has no vote on training. If that is known
(`adapters.deviations`), its difference has a documented cause as long as its parameters
after 10 steps are what the declared formula makes of its own gradients: to the same
gates. See `workbench.updates`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from adapters.contract import Arrays
from adapters.deviations import cause
from adapters.zoo import MODELS

from . import consensus, distances, equality, gates, sanity, updates
from .arrays import under
from .candidates import Candidate
from .experiment import DTYPES, Experiment
from .rows import PASSED


def judge(rows: Sequence[Candidate], experiment: Experiment) -> list[Candidate]:
    """Give every candidate that has results its status and, if needed, a reason.

    One that has passed before stays so: more is known only of what roundings do, which
    excuses more. None is alone as long as any has not answered.

    Returns
    -------
    list of Candidate
        Those to be judged again as soon as it is known what roundings do to them: if a
        training in float32 may differ by chance, it and all that it is held against.
    """
    _set_apart_misshapen(rows)
    complete = [c for c in rows if c.is_complete]
    all_answered = all(c.is_complete or c.status is not None for c in rows)
    slopes = _wrong_slopes(complete, experiment)
    finite = [c for c in complete if c.trouble is None]
    # Where all are wrong, no vote makes any equal; but it shows where they differ.
    trusted = [c for c in finite if not slopes[c.key]] or finite or complete
    voters, causes = _voters(complete, trusted), _causes(complete, experiment)
    own = {c.key: _own_updates(c, experiment) for c in complete}
    first = _first(trusted, voters)
    votes = _votes(first, {c.key for c in complete if causes[c.key] or own[c.key]})
    of_training = [voter for voter, vote in votes.items() if under("losses", vote)]
    truths = consensus.truths(set(voters.values()), votes)
    for c in complete:
        c.noise = consensus.noise(c.results["float32"])
    others = {
        voter: _Others.of([c for name, c in first.items() if name != voter], truth)
        for voter, truth in truths.items()
    }
    for c in complete:
        if c.status in PASSED:
            continue
        beside = others[voters[c.key]]
        faults = [_Fault(slopes[c.key])]
        if beside.truth is not None:
            faults = _compare(c, beside.truth, beside, experiment)
            faults.insert(1, _Fault(slopes[c.key]))
        by_itself = own[c.key]
        if restless := gates.restless(c.noise):
            by_itself.append(restless)
        c.cause = None if by_itself else causes[c.key]
        faults += [_Fault(text, True) for text in by_itself]
        found = [fault for fault in faults if fault.text]
        is_early = any(not fault.is_in_training for fault in found)
        judges = [*votes] if is_early else of_training
        is_one_of_two = len(judges) == 2 and c in map(first.get, judges)
        both = " and ".join(judges) if is_one_of_two else None
        _conclude(c, found, both, has_others=len({o.framework for o in trusted}) > 1)
        if c.status == "alone" and not all_answered:
            c.status = c.reason = None
    doubtful = [c for c in complete if _is_doubtful(c)]
    asked = {c.key for c in [*doubtful, *first.values()]} if doubtful else ()
    return [c for c in complete if c.key in asked and not c.measures_noise]


def _is_doubtful(c: Candidate) -> bool:
    """Whether a training in float32 that has no noise yet may differ by chance."""
    single = c.verdicts.get("float32")
    failed = single is not None and single.in_training is not None
    return failed and not c.measures_noise


class _Others(NamedTuple):
    """What the rows of one voter are held against."""

    truth: Arrays | None
    noise: dict[str, float]
    errors: dict[str, float]

    @classmethod
    def of(cls, rows: Sequence[Candidate], truth: Arrays | None) -> _Others:
        """The first row of each of the other voters, together."""
        singles = [row.results["float32"] for row in rows]
        return cls(
            truth,
            consensus.usual_noise([row.noise for row in rows]),
            consensus.usual_errors(singles, truth) if truth is not None else {},
        )


class _Fault(NamedTuple):
    """What is wrong with a row, in words, and whether only its training is."""

    text: str | None
    is_in_training: bool = False


def _compare(
    c: Candidate, truth: Arrays, others: _Others, experiment: Experiment
) -> list[_Fault]:
    """Hold one row against the truth, in both dtypes; what is wrong, in order."""
    model, single = MODELS[experiment.model], c.results["float32"]
    exactly = equality.verdict(c.results["float64"], truth, model, "float64")
    singly = equality.verdict(single, truth, model, "float32", noise=others.noise)
    c.verdicts = {"float64": exactly, "float32": singly}
    c.steps = min(distances.steps(c.results[d], truth) for d in DTYPES) or None
    outlier = consensus.outlier(single, others.errors, truth, singly.excused)
    found = [_Fault(v.reason, not v.before_training) for v in (exactly, singly)]
    return [*found, _Fault(outlier)]


def _own_updates(c: Candidate, experiment: Experiment) -> list[str]:
    """In which dtypes native updates are not what is declared of them."""
    moment = f"after {experiment.snapshots[0]}"
    if not experiment.is_native:
        return []
    faults = [updates.fault(c.results[d], d, moment) for d in DTYPES]
    return [fault for fault in faults if fault]


def _causes(
    complete: Sequence[Candidate], experiment: Experiment
) -> dict[str, str | None]:
    """What is known to make the updates of a row others than the shared formula's."""
    rule = experiment.optimiser
    return {
        c.key: cause(c.framework, c.mode, rule.name, rule.settings)
        if experiment.is_native
        else None
        for c in complete
    }


def _votes(
    first: Mapping[str, Candidate], deviating: Collection[str]
) -> dict[str, Arrays]:
    """What each voter has in float64.

    Whoever updates by a formula of its own, declared or not, says nothing on training,
    as long as anybody follows the shared one.
    """
    exact = {voter: c.results["float64"] for voter, c in first.items()}
    own = [voter for voter, c in first.items() if c.key in deviating]
    if len(own) == len(first):
        return exact
    return exact | {voter: sanity.before_training(exact[voter]) for voter in own}


def _voters(
    complete: Sequence[Candidate], trusted: Sequence[Candidate]
) -> dict[str, str]:
    """Who votes for each row: its framework; if only one can be trusted, its mode.

    The first row of a voter that can be trusted has its vote.
    """
    frameworks = {c.framework for c in trusted}
    return {c.key: c.framework if len(frameworks) > 1 else c.key for c in complete}


def _first(
    trusted: Sequence[Candidate], voters: Mapping[str, str]
) -> dict[str, Candidate]:
    """The first row of each voter that can be trusted."""
    first: dict[str, Candidate] = {}
    for c in trusted:
        first.setdefault(voters[c.key], c)
    return first


def _set_apart_misshapen(rows: Sequence[Candidate]) -> None:
    """Take away results that cannot be compared: of other shapes than most."""
    for dtype in DTYPES:
        complete = [c for c in rows if c.is_complete]
        first = {c.framework: c.results[dtype] for c in reversed(complete)}
        usual = sanity.usual_shapes(first)
        for c in complete:
            found = c.results[dtype]
            shapes = {name: shape for name, shape in usual.items() if name in found}
            wrong = sanity.misshapen(found, shapes, dtype)
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


def _conclude(
    c: Candidate, faults: list[_Fault], both: str | None, *, has_others: bool
) -> None:
    """The status of a row.

    Parameters
    ----------
    both
        The only two voters on what is wrong, if this row is one of them.
    has_others
        Whether other frameworks were there; modes of one share their adapter.
    """
    agrees = bool(c.verdicts)
    c.status = "different" if faults else "equal" if agrees and has_others else "alone"
    # What went wrong before the training is the cause, if anything did.
    earlier = [fault for fault in faults if not fault.is_in_training]
    if earlier or not faults or c.trouble is not None:
        c.cause = None
    if c.trouble is not None:
        c.status = "different" if earlier else "failed"
        faults = [*earlier, _Fault(c.trouble)]
    reasons = [fault.text for fault in faults if fault.text]
    if reasons and both and not c.cause:
        reasons.append(f"{both} disagree, and nothing says which of them is right")
    if reasons and c.lack_of_noise:
        reasons.append(f"what roundings do to it is not known: {c.lack_of_noise}")
    if c.status == "alone":
        own = ["modes"] * agrees + ["differences of its own loss"]
        reasons = [f"compared with nothing but {' and '.join(own)}"]
    c.reason = "; ".join(reasons) or None
