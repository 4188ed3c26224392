"""What frameworks say together: the median of their votes, and who stands out."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median, median_low

import numpy as np

from adapters.contract import Arrays

from .arrays import under
from .distances import by_layer, distance, largest, squares
from .gates import OUTLIER_FACTOR, OUTLIER_FLOOR

VOTES_FOR_A_MEDIAN = 3


def truths(voters: Iterable[str], votes: dict[str, Arrays]) -> dict[str, Arrays | None]:
    """What each voter is held against, if there is anything.

    Losses are asked step by step: who stops early has no vote on what comes later.

    Parameters
    ----------
    voters
        Everybody who could have a vote: frameworks, or the modes of a single one.
    votes : dict
        Results by voter, of those that can be trusted.
    """
    found: dict[str, Arrays] = {voter: {} for voter in voters}
    for name in dict.fromkeys(name for vote in votes.values() for name in vote):
        arrays = {voter: vote[name] for voter, vote in votes.items() if name in vote}
        agreed = _step_by_step if name.startswith("losses/") else _agreed
        for voter, array in agreed(found, arrays).items():
            found[voter][name] = array
    return {voter: truth or None for voter, truth in found.items()}


def _agreed(voters: Iterable[str], arrays: Arrays) -> Arrays:
    """By voter: the median of three or more; of fewer, what another one has."""
    if len(arrays) >= VOTES_FOR_A_MEDIAN:
        return dict.fromkeys(voters, element_median(arrays.values()))
    others = {
        voter: [array for name, array in arrays.items() if name != voter]
        for voter in voters
    }
    return {voter: found[0] for voter, found in others.items() if found}


def element_median(arrays: Iterable[np.ndarray]) -> np.ndarray:
    """The median of a few arrays, element by element; not a number where one is not.

    Sorted by exchanges between neighbours, each of all elements at once: of five arrays
    with 10,000 elements that takes a tenth of the time of NumPy's median.
    """
    found = list(arrays)
    for turn in range(len(found)):
        for i in range(turn % 2, len(found) - 1, 2):
            a, b = found[i : i + 2]
            found[i : i + 2] = np.minimum(a, b), np.maximum(a, b)
    low, high = found[(len(found) - 1) // 2], found[len(found) // 2]
    return (low + high) / 2


def _step_by_step(voters: Iterable[str], arrays: Arrays) -> Arrays:
    """The same for losses, as far as there are any."""
    pieces: dict[str, list[np.ndarray]] = {}
    for start, stop in pairwise([0, *sorted({len(a) for a in arrays.values()})]):
        piece = {n: a[start:stop] for n, a in arrays.items() if len(a) >= stop}
        for voter, array in _agreed(voters, piece).items():
            pieces.setdefault(voter, []).append(array)
    return {voter: np.concatenate(found) for voter, found in pieces.items()}


def noise(results: Arrays) -> dict[str, list[float]]:
    """The effects of one rounding on parameters, or losses, by the moment."""
    runs: dict[str, list[str]] = {}
    for name in dict.fromkeys(key.split("/")[0] for key in results):
        moment, is_run, _ = name.partition(", run ")
        if is_run:
            runs.setdefault(moment, []).append(name)
    return {
        moment: [
            distance(noisy, _without_noise(moment, noisy, results))
            for noisy in (under(name, results) for name in names)
        ]
        for moment, names in runs.items()
    }


def usual_noise(others: Sequence[Mapping[str, list[float]]]) -> dict[str, float]:
    """What one rounding does in any training of the other voters, by the moment.

    The least of each, and the lower median of those: one that is noisy excuses nobody.
    Not the framework's own, by which it would excuse itself.
    """
    moments = dict.fromkeys(moment for noise in others for moment in noise)
    return {
        moment: median_low(min(noise[moment]) for noise in others if moment in noise)
        for moment in moments
    }


def _without_noise(moment: str, noisy: Arrays, results: Arrays) -> Arrays:
    """What a training had at the same moment that started as it should."""
    if moment != "first losses":
        return under(moment, results)
    return {n: a[: len(noisy[n])] for n, a in under("losses", results).items()}


def usual_errors(others: Sequence[Arrays], truth: Arrays) -> dict[str, float]:
    """How exact frameworks are in float32, layer by layer: the median of several.

    Root mean squares; none of one framework alone, which says nothing of what is usual.
    """
    if len(others) < 2:
        return {}
    return {
        place: median(_error(results, truth, keys) for results in others)
        for place, keys in by_layer(truth).items()
    }


def outlier(
    results: Arrays, usual: Mapping[str, float], truth: Arrays, excused: Collection[str]
) -> str | None:
    """The array in which a framework is less exact than the others, in float32.

    Root mean square, more than `OUTLIER_FACTOR` times what is usual and `OUTLIER_FLOOR`
    of the largest value, which a sum in another order may be off.

    Parameters
    ----------
    usual
        The `usual_errors` of the other frameworks.
    excused
        Layers whose gradients are not asked.
    """
    for place, keys in by_layer(truth).items():
        if place not in usual or place.removeprefix("gradient of ") in excused:
            continue
        most = max(largest(truth[key]) for key in keys)
        own = _error(results, truth, keys)
        if own > OUTLIER_FACTOR * usual[place] + OUTLIER_FLOOR * most:
            return (
                f"float32: {place} is off by {own:.1e}, the others by "
                f"{usual[place]:.1e}"
            )
    return None


def _error(results: Arrays, truth: Arrays, keys: Sequence[str]) -> float:
    """The root mean square of what some arrays are off together."""
    total = sum(squares(results[key] - truth[key]) for key in keys)
    return math.sqrt(total / sum(truth[key].size for key in keys))
