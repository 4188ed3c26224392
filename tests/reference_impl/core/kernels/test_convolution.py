import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference_impl.core.kernel import Buffer, Ref
from reference_impl.core.kernels.convolution import (
    backward_input,
    backward_weight,
    convolution,
    forward,
)
from reference_impl.core.kernels.vector_unit import AVX512

# A sum of n products is off by about sqrt(n) roundings; n is at most a few hundred.
TOLERANCE = {"float32": 1e-5, "float64": 1e-13}
DTYPES = [np.dtype(name) for name in TOLERANCE]


def error(got, wanted):
    """The largest difference, in terms of the largest element."""
    return np.abs(got - wanted).max(initial=0) / max(np.abs(wanted).max(initial=0), 1)


def windows_of(x, taps, strides, pads, dilations):
    """The pixels under every tap of every output: (N, H', W', KH, KW, C)."""
    padded = np.pad(x, ((0, 0), *pads, (0, 0)))
    places = []
    for size, tap, stride, dilation in zip(
        padded.shape[1:3], taps, strides, dilations, strict=True
    ):
        outputs = (size - (tap - 1) * dilation - 1) // stride + 1
        first = np.arange(outputs) * stride
        places.append(first[:, None] + np.arange(tap) * dilation)
    h, w = places
    return padded[:, h[:, None, :, None], w[None, :, None, :]]


def expected(x, weight, g, **how):
    """Result and gradients, by sums over explicit windows."""
    taps = weight.shape[:2]
    out = np.einsum("nhwijc,ijcf->nhwf", windows_of(x, taps, **how), weight)
    by_weight = np.einsum("nhwijc,nhwf->ijcf", windows_of(x, taps, **how), g)
    # A pixel's gradient gathers from wherever its number shows up among the windows.
    numbers = np.arange(1, x[..., 0].size + 1).reshape(*x.shape[:3], 1)
    seen = windows_of(numbers, taps, **how)[..., 0]
    by_window = np.einsum("nhwf,ijcf->nhwijc", g, weight)
    by_input = np.zeros((x[..., 0].size + 1, x.shape[3]))
    np.add.at(by_input, seen.ravel(), by_window.reshape(-1, x.shape[3]))
    return out, by_input[1:].reshape(x.shape), by_weight


def computed(memory, x, weight, g, parts=(), **how):
    """The same by kernels."""
    sizes = convolution(x.shape, weight.shape[3], weight.shape[:2], **how)
    refs = [memory.copy(v) for v in (x, weight, g)]
    (out, result), (dx, by_input), (dw, by_weight) = (
        memory.array(v.shape, v.dtype) for v in (g, x, weight)
    )
    rest = {"dtype": x.dtype, "unit": memory.unit}
    kernels = [
        *forward(refs[0], refs[1], out, sizes, **rest),
        *backward_input(refs[2], refs[1], dx, sizes, **rest),
        *backward_weight(refs[0], refs[2], dw, sizes, **rest),
    ]
    memory.run(kernels, parts)
    return result, by_input, by_weight


def case(shape, filters, taps, dtype=np.float64, **how):
    """Random image, weight and cotangent."""
    rng = np.random.default_rng(0)
    x, weight = (
        rng.standard_normal(shape),
        rng.standard_normal((*taps, shape[3], filters)),
    )
    g_shape = (*windows_of(x, taps, **how).shape[:3], filters)
    return tuple(v.astype(dtype) for v in (x, weight, rng.standard_normal(g_shape)))


def how(strides=(1, 1), pads=((0, 0), (0, 0)), dilations=(1, 1)):
    return {"strides": strides, "pads": pads, "dilations": dilations}


PADS = st.tuples(st.integers(0, 3), st.integers(0, 3))


@st.composite
def axes(draw):
    """Size, taps, stride, pads and dilation of an axis with at least one output."""
    taps, pads = draw(st.integers(1, 5)), draw(PADS)
    stride, dilation = draw(st.sampled_from([(1, 1), (2, 1), (3, 1), (1, 2)]))
    least = max((taps - 1) * dilation + 1 - sum(pads), 1)
    return least + draw(st.sampled_from([0, 1, 7])), taps, stride, pads, dilation


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_convolutions_equal_sums_over_windows(new_memory, data):
    height, width = data.draw(axes()), data.draw(axes())
    (H, W), taps, strides, pads, dilations = zip(height, width, strict=True)
    N, C, F = data.draw(st.sampled_from([(1, 1, 6), (2, 3, 16), (3, 4, 10), (1, 5, 1)]))
    dtype = data.draw(st.sampled_from(DTYPES))
    way = how(strides, pads, dilations)
    x, weight, g = case((N, H, W, C), F, taps, dtype, **way)

    parts = data.draw(st.lists(st.floats(0, 1), max_size=3))
    got = computed(new_memory(), x, weight, g, parts, **way)

    wanted = expected(*(v.astype(float) for v in (x, weight, g)), **way)
    for one, other in zip(got, wanted, strict=True):
        assert error(one, other) < TOLERANCE[dtype.name]


@pytest.mark.parametrize("N", [1, 4])
@pytest.mark.parametrize("stride", [1, 2])
def test_parts_do_not_change_a_bit(new_memory, N, stride):
    way = how((stride, stride), ((1, 1), (1, 1)))
    values = case((N, 9, 9, 6), 20, (3, 3), np.float32, **way)

    whole = computed(new_memory(), *values, **way)
    parts = computed(new_memory(), *values, parts=(0.2, 0.5, 0.51), **way)

    for one, other in zip(whole, parts, strict=True):
        assert (one == other).all()


@pytest.mark.parametrize("strides", [(1, 1), (2, 1)])
def test_few_filters_for_many_pixels_equal_sums_over_windows(memory, strides):
    way = how(strides, pads=((2, 2), (2, 2)))
    values = case((3, 26, 12, 2), 6, (5, 5), **way)

    got = computed(memory, *values, **way)

    for one, other in zip(got, expected(*values, **way), strict=True):
        assert error(one, other) < TOLERANCE["float64"]


def test_a_signal_is_an_image_of_one_row(memory):
    way = how(pads=((0, 0), (2, 2)))
    x, weight, g = case((2, 1, 11, 3), 4, (1, 5), **way)

    out, _, _ = computed(memory, x, weight, g, **way)

    wanted = sum(
        np.pad(x[:, 0], ((0, 0), (2, 2), (0, 0)))[:, t : t + 11] @ weight[0, t]
        for t in range(5)
    )
    assert error(out[:, 0], wanted) < TOLERANCE["float64"]


def test_without_images_the_gradient_by_the_weight_is_zero(memory):
    x, weight, g = case((0, 4, 4, 2), 3, (3, 3), **how())

    _, _, by_weight = computed(memory, x, weight, g, **how())

    assert (by_weight == 0).all()


def test_pixels_that_no_tap_is_over_have_no_gradient(memory):
    way = how(strides=(3, 3))
    x, weight, g = case((1, 7, 7, 2), 3, (1, 1), **way)

    _, by_input, _ = computed(memory, x, weight, g, **way)

    assert (by_input[:, 1::3] == 0).all()
    assert (by_input[:, 0::3, 0::3] != 0).all()


def test_small_images_that_share_tiles_equal_sums_over_windows(new_memory):
    way = how(pads=((2, 2), (2, 2)))
    values = case((37, 4, 4, 3), 5, (3, 3), **way)

    got = computed(new_memory(), *values, **way)
    parts = computed(new_memory(), *values, parts=(0.1, 0.5, 0.51), **way)

    for one, other, wanted in zip(got, parts, expected(*values, **way), strict=True):
        assert error(one, wanted) < TOLERANCE["float64"]
        assert (one == other).all()


@pytest.mark.parametrize(("size", "shares"), [(4, True), (32, False)])
def test_images_share_tiles_only_if_they_are_small(size, shares):
    sizes = convolution((37, size, size, 3), 16, (3, 3))
    x, weight, out = (Ref(Buffer(0, "test")) for _ in range(3))

    *_, kernel = forward(x, weight, out, sizes, dtype=np.dtype("f4"), unit=AVX512)

    assert (kernel.grain > 1) == shares
