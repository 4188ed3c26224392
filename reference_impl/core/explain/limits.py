"""What the machine can do at best, measured with the framework's own kernels."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..device import HOST
from ..driver import run
from ..dtype import Dtype, float32
from ..elements import tensor
from ..graph import capture
from ..passes.fusion import fuse
from ..plan.plan import Plan
from ..plan.tables import Filled
from ..tensor import Tensor
from .work import Work

PRODUCT_SIZE = 384
# Larger than the caches that most processors have; small enough for one core's own.
MEMORY_BYTES, CACHE_BYTES = 1 << 27, 1 << 19

PATIENCE_SECONDS, LEAST_ROUNDS = 0.05, 5


@dataclass(frozen=True)
class Limits:
    """What a machine can do at best.

    Attributes
    ----------
    peak : float
        Operations per second.
    bandwidth, cache_bandwidth : float
        Bytes per second, of main memory and of a core's second-level cache.
    is_measured : bool
        If not, they are those of an imagined machine.
    """

    peak: float
    bandwidth: float
    cache_bandwidth: float
    is_measured: bool = True

    def attainable(self, work: Work) -> float:
        """Operations per second, if few bytes come from the cache and many do not."""
        is_cached = work.nbytes <= CACHE_BYTES
        bandwidth = self.cache_bandwidth if is_cached else self.bandwidth
        return min(self.peak, work.intensity * bandwidth)


# One core of a processor of today, in round numbers.
IMAGINED = Limits(50e9, 10e9, 50e9, is_measured=False)


@functools.cache
def limits(threads: int, dtype: Dtype = float32) -> Limits:
    """The limits of so many threads, measured once in a process: the best of rounds.

    The peak is that of a product of matrices, which multiplies and adds in registers;
    a bandwidth is that of negating numbers in their place.
    """
    square = np.ones((PRODUCT_SIZE, PRODUCT_SIZE), dtype)
    product = _seconds(lambda x: x @ x, square, threads, in_place=False)
    memory, cache = (
        2
        * nbytes
        / _seconds(lambda x: -x, _ones(nbytes, dtype), threads, in_place=True)
        for nbytes in (MEMORY_BYTES, CACHE_BYTES * threads)
    )
    return Limits(2 * PRODUCT_SIZE**3 / product, memory, max(cache, memory))


def _ones(nbytes: int, dtype: Dtype) -> np.ndarray:
    return np.ones(nbytes // dtype.itemsize, dtype)


def _seconds(
    function: Callable[[Tensor], Tensor],
    array: np.ndarray,
    threads: int,
    *,
    in_place: bool,
) -> float:
    """The shortest time of a function of one array."""
    graph = fuse(capture(function, tensor(array)))
    plan = Plan(graph, HOST, {0: 0} if in_place else {})
    outputs = plan.outputs([array])
    plan.run([array], outputs)  # after which the tables know where arrays are
    (part,) = plan.parts
    assert isinstance(part, Filled)
    found: list[float] = []
    while sum(found) < PATIENCE_SECONDS or len(found) < LEAST_ROUNDS:
        begun = time.perf_counter()
        run(part.tables, threads)
        found.append(time.perf_counter() - begun)
    return min(found)
