"""What frameworks say together: the median of their votes, and who stands out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from adapters.contract import Arrays

from .arrays import under
from .distances import by_layer, distance

VOTES_FOR_A_MEDIAN = 3
OUTLIER_FACTOR = 3
OUTLIER_FLOOR = 1e-6  # of the largest value: long sums in float32 [6e-7]


def truths(voters: Iterable[str], votes: dict[str, Arrays]) -> dict[str, Arrays | None]:
    """What each voter is held against, if there is anything.

    Parameters
    ----------
    voters
        Everybody who could have a vote: frameworks, or the modes of a single one.
    votes : dict
        Results by voter, of those that can be trusted.
    """
    if len(votes) >= VOTES_FOR_A_MEDIAN:
        median = _median(list(votes.values()))
        return {voter: median | _of_one(votes, voter, median) for voter in voters}
    return {
        voter: next((v for name, v in votes.items() if name != voter), None)
        for voter in voters
    }


def _median(votes: Sequence[Arrays]) -> Arrays:
    """The element-wise median of what two or more have; losses as far as all go."""
    truth = {}
    for name in dict.fromkeys(name for vote in votes for name in vote):
        arrays = [vote[name] for vote in votes if name in vote]
        if len(arrays) > 1:
            if name.startswith("losses/"):
                shared = min(map(len, arrays))
                arrays = [array[:shared] for array in arrays]
            truth[name] = np.median(arrays, axis=0)
    return truth


def _of_one(votes: dict[str, Arrays], voter: str, median: Arrays) -> Arrays:
    """What a single vote has, for everybody else."""
    return {
        name: array
        for other, vote in votes.items()
        if other != voter
        for name, array in vote.items()
        if name not in median
    }


def noise_floor(results: Arrays) -> dict[str, float]:
    """The largest effect of one rounding on parameters, by the number of steps."""
    runs: dict[str, list[str]] = {}
    for name in dict.fromkeys(key.split("/")[0] for key in results):
        moment, is_run, _ = name.partition(", run ")
        if is_run:
            runs.setdefault(moment, []).append(name)
    return {
        moment: max(
            distance(under(name, results), under(moment, results)) for name in names
        )
        for moment, names in runs.items()
    }


def outlier(
    results: Arrays, others: Sequence[Arrays], truth: Arrays, excused: Collection[str]
) -> str | None:
    """The array in which a framework is less exact than the others, in float32.

    Parameters
    ----------
    others
        One for each of the other frameworks.
    excused
        Layers whose gradients are not asked.
    """
    if len(others) < 2:
        return None
    for place, keys in by_layer(truth).items():
        if place.removeprefix("gradient of ") in excused:
            continue
        exact = _joined(truth, keys)
        floor = OUTLIER_FLOOR * float(np.abs(exact).max())
        usual = float(np.median([_rms(_joined(r, keys) - exact) for r in others]))
        own = _rms(_joined(results, keys) - exact)
        if own > OUTLIER_FACTOR * usual + floor:
            return f"float32: {place} is off by {own:.1e}, the others by {usual:.1e}"
    return None


def _joined(arrays: Arrays, keys: list[str]) -> np.ndarray:
    return np.concatenate([arrays[key].ravel() for key in keys])


def _rms(array: np.ndarray) -> float:
    return float(np.sqrt((array**2).mean()))
