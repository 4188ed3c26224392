import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference_impl.core.kernel import Buffer, Ref
from reference_impl.core.kernels.transposing import transposed
from reference_impl.core.kernels.vector_unit import AVX2

DTYPES = [np.dtype(name) for name in ("uint32", "uint64")]


def turned(memory, x, gap=0, parts=()):
    """What the kernels make of a batch of matrices, rows of out a gap apart."""
    count, M, N = x.shape
    ref, out = memory.array((count, N, M + gap), x.dtype)
    out[...] = 7
    kernels = transposed(
        *(memory.copy(x), ref),
        M=M,
        N=N,
        x_stride=N,
        out_stride=M + gap,
        batch=(count, M * N, N * (M + gap)),
        dtype=x.dtype,
        unit=memory.unit,
    )
    memory.run(kernels, parts)
    return out


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_rows_become_columns(new_memory, data):
    dtype = data.draw(st.sampled_from(DTYPES))
    shape = data.draw(
        st.tuples(st.integers(0, 2), st.integers(0, 70), st.integers(0, 70))
    )
    gap = data.draw(st.integers(0, 3))
    parts = data.draw(st.lists(st.floats(0, 1), max_size=3))
    values = np.random.default_rng(0).integers(0, 1 << 16, shape)

    out = turned(new_memory(), values.astype(dtype), gap, parts)

    assert (out[..., : shape[1]] == values.swapaxes(1, 2)).all()
    assert (out[..., shape[1] :] == 7).all()


def test_matrices_may_lie_in_the_opposite_order(memory):
    x = np.arange(24, dtype=np.uint32).reshape(4, 2, 3)
    ref, out = memory.array((4, 3, 2), x.dtype)
    last = Ref(memory.copy(x).buffer, offset=3 * 6 * 4)

    kernels = transposed(
        *(last, ref),
        M=2,
        N=3,
        x_stride=3,
        out_stride=2,
        batch=(4, -6, 6),
        dtype=x.dtype,
        unit=memory.unit,
    )
    memory.run(kernels)

    assert (out == x[::-1].swapaxes(1, 2)).all()
    assert kernels[0].args[0].step is None


@pytest.mark.parametrize(("count", "steps"), [(1, (None, 20)), (3, (140, 140))])
def test_a_part_owns_its_matrices_or_rows_of_out(count, steps):
    x, out = Ref(Buffer(0, "test")), Ref(Buffer(0, "test"))

    (kernel,) = transposed(
        *(x, out),
        M=5,
        N=7,
        x_stride=7,
        out_stride=5,
        batch=(count, 35, 35),
        dtype=np.dtype("f4"),
        unit=AVX2,
    )

    assert tuple(ref.step for ref in kernel.args[:2]) == steps
    assert kernel.extent == (count if count > 1 else 7)
