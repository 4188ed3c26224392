"""Measured times for a terminal: how long everything takes, and how near the limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .limits import Limits
from .numerals import decimal, duration, shortened, things
from .work import Work

if TYPE_CHECKING:
    from .explanation import Explanation


def timings(explanation: Explanation) -> Iterator[str]:
    """A line for each group, and for each of its kernels."""
    assert explanation.times is not None
    limits, times = explanation.limits, explanation.times
    assert limits is not None
    yield (
        f"The limits with {things(explanation.threads, 'thread')}: peak "
        f"{decimal(limits.peak / 1e9)} GFLOP/s, memory "
        f"{decimal(limits.bandwidth / 1e9)} GB/s, cache "
        f"{decimal(limits.cache_bandwidth / 1e9)} GB/s."
    )
    yield ""
    total = sum(times.seconds)
    yield f"sum  {duration(total):>10}"
    yield f"call {duration(times.call_seconds):>10}   all at once, as it is called"
    yield ""
    yield f"{'#':>4} {'us':>10} {'share':>6} {'GFLOP/s':>8} {'GB/s':>6} {'of limit':>9}"
    for each, seconds, parts in zip(
        explanation.kernels, times.seconds, times.kernel_seconds, strict=True
    ):
        head = (
            f"{each.number:>4} {duration(seconds):>10} {seconds / (total or 1):>6.1%}"
        )
        is_single = len(parts) == 1
        yield f"{head} {_speeds(each.total, seconds, limits)}  " + (
            shortened(each.name, 50) if is_single else f"{len(parts)} kernels"
        )
        for launch, spent in zip(
            each.launches, [] if is_single else parts, strict=False
        ):
            speeds = _speeds(launch.work * each.iterations, spent, limits)
            name = shortened(launch.name, 48)
            yield f"{'':>4} {duration(spent):>10} {'':>6} {speeds}    {name}"


def _speeds(work: Work, seconds: float, limits: Limits) -> str:
    operations, nbytes, of_limit = rates(work, seconds, limits)
    return f"{operations:>8} {nbytes:>6} {of_limit:>9}"


def rates(work: Work, seconds: float, limits: Limits) -> tuple[str, str, str]:
    """GFLOP/s, GB/s, and the part of what can be reached."""
    operations, nbytes = (
        each / seconds if seconds else 0.0 for each in (work.operations, work.nbytes)
    )
    attainable = limits.attainable(work)
    of_limit = f"{operations / attainable:.0%}" if attainable else "-"
    return decimal(operations / 1e9), decimal(nbytes / 1e9), of_limit
