import numpy as np
import pytest

import reference_impl as ri

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4, 5))
Z = X + 1j * RNG.normal(size=X.shape)

# Sums of up to 60 terms, in float64.
TOLERANCE = 1e-13

NORMS = ["backward", "ortho", "forward"]
OF_LINES = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
OF_GRIDS = ["fftn", "ifftn", "rfftn", "irfftn"]

each_norm = pytest.mark.parametrize("norm", NORMS)
each_line = pytest.mark.parametrize("name", OF_LINES)
each_grid = pytest.mark.parametrize("name", OF_GRIDS)


def given(name):
    return X if name in ("rfft", "ihfft", "rfftn") else Z


def assert_equals_numpy(name, x, **options):
    came = getattr(ri.fft, name)(ri.tensor(x), **options)

    needed = getattr(np.fft, name)(x, **options)
    assert came.dtype == needed.dtype
    assert came.shape == needed.shape
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


@each_line
@each_norm
@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("n", [None, 1, 2, 3, 4, 5, 7, 8])
def test_a_transform_of_one_axis_is_that_of_numpy(name, norm, axis, n):
    assert_equals_numpy(name, given(name), n=n, axis=axis, norm=norm)


@each_grid
@each_norm
@pytest.mark.parametrize(
    ("s", "axes"),
    [
        (None, None),
        (None, (1,)),
        (None, (2, 0)),
        ((2, 6), (0, 2)),
        ((6, 3, 4), (2, 1, 0)),
        ((4, 4), (-1, -2)),
    ],
    ids=str,
)
def test_a_transform_of_several_axes_is_that_of_numpy(name, norm, s, axes):
    assert_equals_numpy(name, given(name), s=s, axes=axes, norm=norm)


@each_grid
def test_sizes_alone_are_those_of_the_last_axes(name):
    came = getattr(ri.fft, name)(ri.tensor(given(name)), s=(3, 6))

    needed = getattr(np.fft, name)(given(name), s=(3, 6), axes=(-2, -1))
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("dtype", "of_real", "of_complex"),
    [
        ("float16", ri.complex64, ri.float32),
        ("bfloat16", ri.complex64, ri.float32),
        ("float32", ri.complex64, ri.float32),
        ("float64", ri.complex128, ri.float64),
    ],
)
def test_precision_is_kept(dtype, of_real, of_complex):
    x = ri.ones(4, dtype=dtype)

    assert {f(x).dtype for f in (ri.fft.fft, ri.fft.ifft, ri.fft.rfft)} == {of_real}
    assert ri.fft.irfft(x).dtype == of_complex


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", ["fft", "rfft"])
def test_the_gradient_of_a_real_signal_is_like_the_signal(name, dtype):
    def energy(x):
        spectrum = getattr(ri.fft, name)(x)
        return ri.sum(ri.real(spectrum * ri.conj(spectrum)))

    gradient = ri.grad(energy)(ri.tensor([1.0, -2.0, 3.0], dtype=dtype))

    assert gradient.dtype == dtype


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_the_gradient_of_the_energy_of_a_spectrum_is_that_of_the_signal(n):
    # Parseval: the spectrum has n times the energy of the signal.
    x = RNG.normal(size=n)

    def energy(x):
        spectrum = ri.fft.fft(x)
        return ri.sum(ri.real(spectrum * ri.conj(spectrum)))

    gradient = ri.grad(energy)(ri.tensor(x))

    np.testing.assert_allclose(gradient, 2 * n * x, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
def test_a_real_transform_there_and_back_has_the_derivative_one(n):
    x, weight = RNG.normal(size=(2, 4)), RNG.normal(size=(2, n))

    def there_and_back(x):
        return ri.sum(ri.fft.irfft(ri.fft.rfft(x, n=n), n=n) * weight)

    gradient = ri.grad(there_and_back)(ri.tensor(x))

    kept = np.zeros((2, 4))
    kept[:, : min(n, 4)] = weight[:, :4]
    np.testing.assert_allclose(gradient, kept, rtol=TOLERANCE, atol=TOLERANCE)


def test_integers_have_no_transform():
    with pytest.raises(ri.DtypeError, match=r"^fft: .*int64"):
        ri.fft.fft(ri.tensor([1, 2]))


@pytest.mark.parametrize("name", ["rfft", "rfftn", "ihfft"])
def test_complex_signals_have_no_half_transform(name):
    with pytest.raises(ri.DtypeError, match=rf"^{name}: .*complex128"):
        getattr(ri.fft, name)(Z)


@each_line
def test_an_unknown_norm_is_refused(name):
    with pytest.raises(ri.RangeError, match=rf"^{name}: norm must be .*'none' came"):
        getattr(ri.fft, name)(X, norm="none")


@each_line
def test_an_axis_that_is_not_there_is_refused(name):
    with pytest.raises(ri.ShapeError, match=rf"^{name}: axis 3 is out of range"):
        getattr(ri.fft, name)(X, axis=3)


@pytest.mark.parametrize(
    ("name", "shape", "options", "message"),
    [
        ("fft", (2,), {"n": 0}, "at least one element along each axis"),
        ("rfft", (2,), {"n": -1}, "at least one element along each axis"),
        ("fft", (2, 0), {}, "at least one element along each axis"),
        ("irfft", (2, 1), {}, "a result .* 0 would come of 1 frequencies"),
        ("fft", (), {}, "axis -1 is out of range"),
        ("fftn", (), {}, "one size for each of at least one axis"),
        ("fftn", (2, 3), {"s": (2,), "axes": (0, 1)}, "one size for each"),
        ("fftn", (2, 3), {"axes": (0, 0)}, "axes .* name one axis twice"),
        ("ifftn", (2,), {"s": (2, 3)}, "axis -2 is out of range"),
    ],
    ids=str,
)
def test_sizes_that_make_no_sense_are_refused(name, shape, options, message):
    with pytest.raises(ri.ShapeError, match=f"^{name}: {message}"):
        getattr(ri.fft, name)(ri.ones(shape), **options)


def test_captured_transforms_are_those_computed_at_once():
    def transform(x):
        return ri.fft.irfftn(ri.fft.rfftn(x, s=(4, 6)), s=(4, 6))

    eager = transform(ri.tensor(X))

    np.testing.assert_array_equal(ri.compile(transform)(ri.tensor(X)), eager)


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
@pytest.mark.parametrize("junk", [["ortho"], {}, None, "half"], ids=str)
def test_a_size_and_a_norm_must_be_some(name, junk):
    transform = getattr(ri.fft, name)
    with pytest.raises(ri.RangeError, match=rf"^{name}: norm must be .* came$"):
        transform(ri.ones(4), norm=junk)
    if junk is not None:
        with pytest.raises(
            ri.DtypeError, match=rf"^{name}: n must be an integer, .* c"
        ):
            transform(ri.ones(4), n=junk)
