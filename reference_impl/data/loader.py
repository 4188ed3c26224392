"""Batches of a data set, in an order that depends on a seed and nothing else.

What is random about an epoch is a stretch of one stream of numbers, that of the Philox
generator: its key is the seed and the number of the epoch, and its counter starts at
the number of the batch. A generator that is a function of a counter has no state to
save: training goes on at any batch of any epoch as if it had never stopped, and a batch
is the same whoever prepares it, and when.

Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
"""

from __future__ import annotations

import hashlib
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import KW_ONLY, dataclass

import numpy as np

from ..core.errors import DtypeError, RangeError, ShapeError
from ..core.number import check_at_least, integer
from .dataset import Batch

Transform = Callable[[np.random.Generator, Batch], Batch]

WORD = 2**64  # seeds, epochs and batches are numbers below it
ORDER = WORD - 1  # in the place of a batch: the order of the whole epoch


@dataclass(frozen=True, eq=False)
class Loader:
    """The batches of some arrays, epoch after epoch.

    Attributes
    ----------
    arrays : sequence of arrays
        Inputs, targets and whatever else; their first axes count the samples.
    batch_size : int
        Samples of a batch.
    shuffle : bool
        Each epoch has an order of its own; by default all have that of the arrays.
    seed : int
        In [0, 2**64): of the orders, and of what transforms draw.
    drop_last : bool
        Leave out the samples at the end that are too few for a batch; by default they
        are a smaller one.
    transform : function of a generator and a batch
        Applied to every batch.
    workers : int
        Threads that prepare batches while others are in use; 0 prepares each one when
        it is asked for. NumPy lets threads run side by side while it copies.
    prefetch : int
        Batches that each worker is ahead, at most.

    Raises
    ------
    ShapeError
        If there are no arrays, or they disagree on the number of samples.
    DtypeError
        If they are no NumPy arrays, or a number is no integer.
    RangeError
        If there are no samples, fewer than a batch has, or a number is out of range.

    Notes
    -----
    An order is that of the first words of the stream, sorted, so it is the same for all
    versions of NumPy; transforms draw with its `Generator`, which makes no such
    promise. PyTorch's `DataLoader` has the same defaults, except that a batch there has
    1 sample if no size is given, and may be larger than the set; that it goes on with
    one generator from epoch to epoch; and that its workers are processes.
    """

    arrays: Sequence[np.ndarray]
    batch_size: int
    _: KW_ONLY
    shuffle: bool = False
    seed: int = 0
    drop_last: bool = False
    transform: Transform | None = None
    workers: int = 0
    prefetch: int = 2

    def __post_init__(self) -> None:
        samples = _samples(self.arrays)
        _check_between("batch_size", self.batch_size, 1, samples + 1)
        _check_between("seed", self.seed, 0, WORD)
        check_at_least("Loader", 0, workers=self.workers)
        check_at_least("Loader", 1, prefetch=self.prefetch)

    def __len__(self) -> int:
        """How many batches an epoch has."""
        whole, rest = divmod(len(self.arrays[0]), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def order(self, number: int) -> np.ndarray:
        """The samples of an epoch, one after the other, as their positions.

        Raises
        ------
        RangeError
            If the number is negative.
        """
        check_at_least("Loader", 0, number=number)
        samples = len(self.arrays[0])
        if not self.shuffle:
            return np.arange(samples)
        words = _stream(self.seed, number, ORDER).random_raw(samples)
        # 64 digits: among a million samples two are equal once in 40 million times.
        return np.argsort(words, kind="stable")

    def fingerprint(self, number: int) -> bytes:
        """32 bytes that tell the batches of an epoch from those of other loaders.

        They are a function of the order, the batch size and the seed; not of the arrays
        and the transform.
        """
        order = self.order(number).astype("<i8").tobytes()
        options = f"{int(self.batch_size)} {int(self.seed)} "
        return hashlib.sha256(options.encode() + order).digest()

    def epoch(self, number: int, *, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, or the rest of them from batch `start` on.

        Closing the iterator, or leaving the loop over it, ends the workers.

        Raises
        ------
        RangeError
            If a number is negative, or there are fewer batches than `start`.
        Exception
            What a transform raises, at its batch, with a note that says at which.
        """
        _check_between("start", start, 0, len(self) + 1)
        order = self.order(number)

        def prepared(batch: int) -> Batch:
            return self._batch(order, number, batch)

        batches = range(start, len(self))
        if self.workers == 0:
            return (prepared(batch) for batch in batches)
        return _prefetched(prepared, batches, self.workers, self.prefetch)

    def _batch(self, order: np.ndarray, epoch: int, batch: int) -> Batch:
        rows = order[batch * self.batch_size : (batch + 1) * self.batch_size]
        gathered = tuple(array[rows] for array in self.arrays)
        if self.transform is None:
            return gathered
        rng = np.random.Generator(_stream(self.seed, epoch, batch))
        try:
            return self.transform(rng, gathered)
        except Exception as error:
            error.add_note(f"Loader: in batch {batch} of epoch {epoch}")
            raise


def _stream(seed: int, epoch: int, batch: int) -> np.random.Philox:
    """Random words that no other batch, epoch or seed has."""
    # The last of four words: 2**192 blocks lie between the counters of two batches.
    key, counter = (np.array(x, np.uint64) for x in ([seed, epoch], [0, 0, 0, batch]))
    return np.random.Philox(key=key, counter=counter)


def _prefetched(
    prepared: Callable[[int], Batch], batches: range, workers: int, prefetch: int
) -> Iterator[Batch]:
    """The batches in their order, while workers prepare those that follow."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="loader")
    left = iter(batches)
    try:
        ahead = itertools.islice(left, min(workers * prefetch, len(batches)))
        pending = deque(pool.submit(prepared, batch) for batch in ahead)
        while pending:
            out = pending.popleft().result()
            pending.extend(
                pool.submit(prepared, batch) for batch in itertools.islice(left, 1)
            )
            yield out
    finally:
        pool.shutdown(cancel_futures=True)


def _samples(arrays: Sequence[np.ndarray]) -> int:
    if isinstance(arrays, np.ndarray):
        raise DtypeError(
            "Loader: arrays must be several NumPy arrays, an ndarray came; a tuple of "
            "it is enough"
        )
    for array in arrays:
        if not isinstance(array, np.ndarray):
            raise DtypeError(
                f"Loader: arrays must be NumPy arrays, {type(array).__name__} came"
            )
    shapes = [array.shape for array in arrays]
    if not shapes or any(not shape for shape in shapes):
        raise ShapeError(
            f"Loader: arrays must be one or more with samples along their first axis, "
            f"{shapes} came"
        )
    samples = shapes[0][0]
    if any(shape[0] != samples for shape in shapes):
        raise ShapeError(
            f"Loader: arrays must have equally many samples, "
            f"{[shape[0] for shape in shapes]} came"
        )
    if samples == 0:
        raise RangeError("Loader: arrays must have a sample at least, none came")
    return samples


def _check_between(name: str, value: int, least: int, end: int) -> None:
    if not least <= integer(f"Loader: {name}", value) < end:
        raise RangeError(f"Loader: {name} must lie in [{least}, {end}), {value} came")
