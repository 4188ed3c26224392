"""Stand-ins for kernels: Python functions that read and write rows of buffers."""

import numpy as np
from hypothesis import strategies as st

from reference_impl.core.kernel import Buffer, Kernel, Ref, Source

WORD = 8
_SOURCE = Source("row_sums", "")
MODULUS = 1_000_003
LARGE = 1 << 20  # operations of a kernel that is cut among threads


def rows(buffer, width, offset=0, stride=0):
    """An argument of which each element of the parallel axis has `width` words."""
    return Ref(buffer, offset * WORD, width * WORD, stride * WORD)


def whole(buffer, stride=0):
    """An argument that all elements of the parallel axis share."""
    return Ref(buffer, 0, None, stride * WORD)


def kernel(extent, reads, writes, grain=1, operations=LARGE):
    """A kernel that writes sums of what it reads."""
    args = (*reads, *writes)
    places = range(len(args))
    return Kernel(
        _SOURCE,
        args,
        tuple(places[: len(reads)]),
        tuple(places[len(reads) :]),
        extent,
        grain,
        operations,
    )


class Machine:
    """The words of buffers, and what kernels do to them."""

    def __init__(self, buffers):
        self.words = {
            buffer: np.arange(buffer.nbytes // WORD, dtype=np.int64) + 17 * i
            for i, buffer in enumerate(buffers)
        }

    def run(self, kernel, begin, end, iteration=0):
        """Some elements of the parallel axis: each row is made of rows and of sums."""
        for i in range(begin, end):
            total = i + 1
            for ref in kernel.refs(kernel.reads):
                for place, word in enumerate(self._part(ref, i, iteration)):
                    total += (place + 3) * int(word)
            for ref in kernel.refs(kernel.writes):
                part = self._part(ref, i, iteration)
                part[:] = (total + np.arange(len(part))) % MODULUS

    def _part(self, ref, i, iteration):
        words = self.words[ref.buffer]
        first = (ref.offset + iteration * ref.stride) // WORD
        if ref.step is None:
            return words[first:]
        return words[first + i * ref.step // WORD :][: ref.step // WORD]


@st.composite
def programs(draw, most=7):
    """Buffers, and kernels that read and write their rows, halves and all of them."""
    N = draw(st.sampled_from([4, 8, 12]))
    buffers = [
        Buffer(2 * N * WORD, f"buffer {i}") for i in range(draw(st.integers(2, 4)))
    ]

    def row(extent):
        width = draw(st.sampled_from([w for w in (1, 2, 4) if w * extent <= 2 * N]))
        last = 2 * N - width * extent
        offset = draw(st.sampled_from(sorted({0, last, min(width, last)})))
        return rows(draw(st.sampled_from(buffers)), width, offset)

    kernels = []
    for _ in range(draw(st.integers(1, most))):
        extent = draw(st.sampled_from([N, N, N // 2, 1]))
        written = row(extent)
        reads = [row(extent) for _ in range(draw(st.integers(0, 2)))]
        others = [each for each in buffers if each is not written.buffer]
        if draw(st.integers(0, 4)) == 0:
            reads.append(whole(draw(st.sampled_from(others))))
        # Who reads elsewhere what is written depends on the order of rows.
        reads = [
            each
            for each in reads
            if each.buffer is not written.buffer or each == written
        ]
        size = draw(st.sampled_from([0, LARGE]))
        grain = draw(st.sampled_from([1, 3]))
        kernels.append(kernel(extent, reads, [written], grain, size))
    return buffers, kernels
