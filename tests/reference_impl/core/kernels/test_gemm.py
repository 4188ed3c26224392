import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference_impl.core.kernel import Buffer, Ref
from reference_impl.core.kernels.gemm import products
from reference_impl.core.kernels.vector_unit import AVX2

# A sum of n products is off by about sqrt(n) roundings; n is at most a few hundred.
TOLERANCE = {"float32": 1e-5, "float64": 1e-13}

DTYPES = [np.dtype(name) for name in TOLERANCE]


def error(got, wanted):
    """The largest difference, in terms of the largest element."""
    return np.abs(got - wanted).max(initial=0) / max(np.abs(wanted).max(initial=0), 1)


def batches(rng, dtype, *shapes):
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def product(memory, x, y, *, transposed=(False, False), parts=()):
    """What the kernels compute for x @ y, where all matrices lie one after another."""
    (count, M, K), N, dtype = x.shape, y.shape[-1], x.dtype
    lying = [
        np.ascontiguousarray(v.swapaxes(1, 2) if t else v)
        for v, t in zip((x, y), transposed, strict=True)
    ]
    ref, out = memory.array((count, M, N), dtype)
    x_strides, y_strides = (
        (1, shape[1]) if t else (shape[2], 1)
        for shape, t in zip((x.shape, y.shape), transposed, strict=True)
    )
    kernels = products(
        *(memory.copy(v) for v in lying),
        ref,
        M=M,
        N=N,
        K=K,
        x_strides=x_strides,
        y_strides=y_strides,
        out_stride=N,
        batch=(count, M * K, K * N, M * N),
        dtype=dtype,
        unit=memory.unit,
    )
    memory.run(kernels, parts)
    return out


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_products_equal_those_of_numpy(new_memory, data):
    dtype = data.draw(st.sampled_from(DTYPES))
    # Few numbers of rows and columns: each pair of them is a tile to compile.
    M, N = data.draw(
        st.sampled_from([(0, 3), (1, 1), (1, 40), (5, 3), (13, 33), (40, 0)])
    )
    K = data.draw(st.sampled_from([0, 1, 2, 7, 256, 300]))
    count = data.draw(st.integers(0, 3))
    transposed = data.draw(st.tuples(st.booleans(), st.booleans()))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x, y = batches(rng, dtype, (count, M, K), (count, K, N))
    parts = data.draw(st.lists(st.floats(0, 1), max_size=3))

    out = product(new_memory(), x, y, transposed=transposed, parts=parts)

    wanted = x.astype(float) @ y.astype(float)
    assert error(out, wanted) < TOLERANCE[dtype.name]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("M", [9, 100])
def test_parts_do_not_change_a_bit(memory, count, M):
    rng = np.random.default_rng(0)
    x, y = batches(rng, np.float32, (count, M, 50), (count, 50, 70))

    whole = product(memory, x, y)
    parts = product(memory, x, y, parts=(0.13, 0.5, 0.55))

    assert (whole == parts).all()


def test_one_y_serves_a_whole_batch(memory):
    rng = np.random.default_rng(1)
    x, y = batches(rng, np.float64, (3, 5, 6), (6, 7))
    ref, out = memory.array((3, 5, 7), x.dtype)

    kernels = products(
        *(memory.copy(x), memory.copy(y), ref),
        M=5,
        N=7,
        K=6,
        x_strides=(6, 1),
        y_strides=(7, 1),
        out_stride=7,
        batch=(3, 30, 0, 35),
        dtype=x.dtype,
        unit=memory.unit,
    )
    memory.run(kernels)

    assert kernels[-1].args[3] == 15  # rows of a single product
    assert error(out, x @ y) < TOLERANCE["float64"]


def test_what_lies_between_rows_of_out_is_left_alone(memory):
    rng = np.random.default_rng(2)
    x, y = batches(rng, np.float32, (7, 4), (4, 9))
    ref, out = memory.array((7, 20), x.dtype)
    out[...] = -1

    kernels = products(
        *(memory.copy(x), memory.copy(y), ref),
        M=7,
        N=9,
        K=4,
        x_strides=(4, 1),
        y_strides=(9, 1),
        out_stride=20,
        dtype=x.dtype,
        unit=memory.unit,
    )
    memory.run(kernels)

    assert error(out[:, :9], x @ y) < TOLERANCE["float32"]
    assert (out[:, 9:] == -1).all()


def test_a_y_without_unit_stride_is_refused(memory):
    x, y, out = (memory.array((4, 4), np.float32)[0] for _ in range(3))

    with pytest.raises(ValueError, match=r"got \(8, 2\)"):
        products(
            *(x, y, out),
            M=4,
            N=2,
            K=2,
            x_strides=(4, 1),
            y_strides=(8, 2),
            out_stride=4,
            dtype=np.dtype("f4"),
            unit=AVX2,
        )


def made(
    M,
    N,
    K,
    *,
    transposed=(False, False),
    batch=(1, 0, 0, 0),
    x_strides=(),
    y_strides=(),
):
    """Kernels for AVX2, not run."""
    x, y, out = (Ref(Buffer(0, "test")) for _ in range(3))
    return products(
        *(x, y, out),
        M=M,
        N=N,
        K=K,
        batch=batch,
        x_strides=x_strides or ((1, M) if transposed[0] else (K, 1)),
        y_strides=y_strides or ((1, K) if transposed[1] else (N, 1)),
        out_stride=N,
        dtype=np.dtype("f4"),
        unit=AVX2,
    )


def test_products_with_the_same_tile_have_the_same_source():
    (one,), (other,) = made(60, 64, 10), made(60, 64, 99, batch=(2, 5940, 6336, 3840))

    assert one.source == other.source


def test_threads_share_rows_if_there_are_many_and_panels_if_not():
    (tall,), (flat,) = made(500, 64, 10), made(4, 512, 10)

    assert [ref.step for ref in tall.args[:3]] == [4 * 10, None, 4 * 64]
    assert tall.extent == 500
    assert [ref.step for ref in flat.args[:3]] == [None, None, None]
    assert flat.extent < 512


def test_a_single_row_is_shared_by_panels():
    (kernel,) = made(1, 512, 10)

    assert kernel.args[2].step * kernel.extent >= 4 * 512
    assert kernel.args[2].step * (kernel.extent - 1) < 4 * 512


def test_threads_share_batches():
    (kernel,) = made(4, 5, 6, batch=(3, 24, 30, 20))

    assert [ref.step for ref in kernel.args[:3]] == [96, 120, 80]
    assert kernel.extent == 3


@pytest.mark.parametrize("batch", [(1, 0, 0, 0), (3, 5000, 640, 32000)])
@pytest.mark.parametrize("x_strides", [(10, -1), (-10, 1)])
def test_rows_and_columns_that_reach_backwards_are_shared(x_strides, batch):
    if batch[0] == 1 and x_strides[1] > 0:
        x_strides = (-10, -1)

    (kernel,) = made(500, 64, 10, x_strides=x_strides, batch=batch)

    assert kernel.args[0].step is None
    assert kernel.args[2].step is not None


@pytest.mark.parametrize("stride", [-10, 2])
@pytest.mark.parametrize("batch", [(1, 0, 0, 0), (3, 5000, 640, 32000)])
def test_columns_of_a_transposed_y_that_overlap_or_reach_backwards_are_shared(
    stride, batch
):
    batch = batch if stride < 0 else (batch[0], *(min(n, 12) for n in batch[1:]))

    copy, _ = made(500, 64, 10, y_strides=(1, stride), batch=batch)

    assert copy.args[0].step is None


def test_a_transposed_x_is_shared_by_all_threads():
    (kernel,) = made(500, 64, 10, transposed=(True, False))

    assert kernel.args[0].step is None


def test_a_transposed_y_is_copied_first():
    copy, kernel = made(500, 64, 10, transposed=(False, True))

    assert copy.args[1].buffer == kernel.args[1].buffer
    assert copy.args[1].buffer.nbytes >= 4 * 10 * 64
