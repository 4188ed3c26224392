import numpy as np
import pytest

import reference_impl as ri
from reference_impl import optim

# Rounding of float64 in sums of eight gradients, over a few updates.
ROUNDING = 1e-14

# Rounding of a thousand sums in float32.
SUMMED = 1e-4


def problem():
    rng = np.random.default_rng(0)
    data = [ri.tensor(rng.normal(size=(8, 3))), ri.tensor(rng.normal(size=8))]
    return ri.tensor(rng.normal(size=3)), *data


def gradient(w, x, y):
    return ri.grad(lambda w: ri.mean((x @ w - y) ** 2))(w)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("every", [1, 2, 4])
def test_small_batches_that_are_accumulated_are_one_big_batch(every, compiled):
    w, x, y = problem()
    inner = optim.adam(lr=optim.schedules.exponential(0.1, gamma=0.5))
    optimiser = optim.accumulated(inner, every)
    update = ri.compile(optimiser.update) if compiled else optimiser.update
    small, state = w, optimiser.init(w)
    big, whole = w, inner.init(w)

    for _ in range(3):
        for part in range(every):
            rows = slice(part * 8 // every, (part + 1) * 8 // every)
            small, state = update(gradient(small, x[rows], y[rows]), state, small)
        big, whole = inner.update(gradient(big, x, y), whole, big)

    np.testing.assert_allclose(small.numpy(), big.numpy(), rtol=ROUNDING)
    assert state["inner"]["step"].item() == 3
    assert not state["sum"].numpy().any()


def test_parameters_wait_for_the_last_batch():
    w = ri.tensor([1.0])
    optimiser = optim.accumulated(optim.sgd(lr=1.0), 2)

    after, state = optimiser.update(w, optimiser.init(w), w)
    last, _ = optimiser.update(w, state, after)

    assert (after.item(), last.item()) == (1.0, 0.0)


def test_16_bit_gradients_are_added_in_float32():
    w = ri.ones(1, dtype="bfloat16")
    optimiser = optim.accumulated(optim.sgd(lr=1.0), 300)
    state = optimiser.init(w)

    for _ in range(299):
        w, state = optimiser.update(ri.ones_like(w), state, w)

    assert state["sum"].dtype == ri.float32
    assert state["sum"].item() == 299  # bfloat16 has no number between 298 and 300


def test_gradients_pass_through_functions_in_order():
    optimiser = optim.transformed(
        optim.sgd(lr=1.0),
        lambda grads: optim.clip_by_value(grads, 1.0),
        lambda grads: ri.tree.map(lambda g: 2 * g, grads),
    )
    w = {"w": ri.tensor(0.0)}

    after, _ = optimiser.update({"w": ri.tensor(5.0)}, optimiser.init(w), w)

    assert after["w"].item() == -2.0


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_steps_too_small_for_16_bits_add_up_in_float32(dtype):
    w = ri.ones((), dtype=dtype)
    plain, careful = optim.sgd(lr=1e-4), optim.in_float32(optim.sgd(lr=1e-4))
    lost, state = w, plain.init(w)
    kept, copies = w, careful.init(w)

    for _ in range(1000):
        lost, state = plain.update(ri.ones_like(w), state, lost)
        kept, copies = careful.update(ri.ones_like(w), copies, kept)

    assert lost.item() == 1.0
    assert (kept.dtype.name, copies["params"].dtype.name) == (dtype, "float32")
    assert copies["params"].item() == pytest.approx(0.9, rel=SUMMED)
    assert kept.item() == ri.tensor(copies["params"].item()).astype(dtype).item()


def test_in_float32_adam_is_finite_where_the_square_of_a_gradient_is_not():
    w, g = ri.ones((), dtype="float16"), ri.tensor(1e-5).astype("float16")
    optimiser = optim.in_float32(optim.adam(lr=0.125))

    after, _ = optimiser.update(g, optimiser.init(w), w)

    assert after.item() == pytest.approx(1 - 0.125, rel=2e-3)


def test_wider_parameters_stay_in_their_dtype():
    w = ri.ones(2, dtype="float64")

    state = optim.in_float32(optim.adam()).init({"w": w, "none": None})

    assert state["inner"]["m"]["w"].dtype == ri.float64
    assert state["params"]["none"] is None


def test_compositions_nest_and_compile():
    optimiser = optim.accumulated(
        optim.in_float32(
            optim.transformed(
                optim.adamw(lr=optim.schedules.cosine(0.1, steps=9)),
                lambda grads: optim.clip_by_global_norm(grads, 0.5),
            )
        ),
        2,
    )
    w = {"w": ri.tensor([1.0, -2.0], dtype="float16")}
    eager = lazy = w, optimiser.init(w)
    compiled = ri.compile(optimiser.update)

    for _ in range(5):
        eager = optimiser.update(eager[0], eager[1], eager[0])
        lazy = compiled(lazy[0], lazy[1], lazy[0])

    for x, y in zip(ri.tree.flatten(eager)[0], ri.tree.flatten(lazy)[0], strict=True):
        np.testing.assert_array_equal(x.numpy(), y.numpy())


def test_at_least_one_batch_is_accumulated():
    with pytest.raises(ri.RangeError, match="accumulated: every must be at least 1, 0"):
        optim.accumulated(optim.sgd(), 0)


COMPOSED = {
    "accumulated": optim.accumulated(optim.sgd(), 2),
    "in_float32": optim.in_float32(optim.sgd()),
}
each_composed = pytest.mark.parametrize("name", COMPOSED)


@each_composed
@pytest.mark.parametrize(
    "g", [ri.ones(3), ri.ones((2, 3), dtype="float64")], ids=["shape", "dtype"]
)
def test_a_gradient_is_like_its_parameter(name, g):
    params, optimiser = {"w": ri.ones((2, 3))}, COMPOSED[name]

    with pytest.raises(
        ri.ShapeError,
        match=rf"^{name}: gradients must be like .*: w needs float32\[2, 3\], float",
    ):
        optimiser.update({"w": g}, optimiser.init(params), params)


@each_composed
def test_every_parameter_has_a_gradient(name):
    params, optimiser = {"w": ri.ones(2)}, COMPOSED[name]

    with pytest.raises(ri.TreeError, match=f"^{name}: gradients: .* w are needed, v"):
        optimiser.update({"v": ri.ones(2)}, optimiser.init(params), params)


@pytest.mark.parametrize(
    ("name", "needed"),
    [("accumulated", "inner, sum, waiting"), ("in_float32", "inner, params")],
)
def test_a_state_of_another_optimiser_is_refused(name, needed):
    w = ri.ones(2)

    with pytest.raises(
        ri.TreeError, match=f"^{name}: a state of {needed} is needed, .*; step came"
    ):
        COMPOSED[name].update(w, optim.sgd().init(w), w)


def test_a_number_of_batches_is_an_integer():
    with pytest.raises(ri.DtypeError, match="accumulated: every must be an integer, 2"):
        optim.accumulated(optim.sgd(), 2.5)


@pytest.mark.parametrize(
    ("name", "part"), [("accumulated", "sum"), ("in_float32", "params")]
)
def test_what_is_kept_in_float32_is_like_the_parameters(name, part):
    params, optimiser = {"w": ri.ones(2, dtype="float16")}, COMPOSED[name]
    state = optimiser.init(params)

    for kept in (ri.ones(1), params["w"]):
        with pytest.raises(
            ri.ShapeError, match=rf"^{name}: {part} must be .*: w needs float32\[2\], "
        ):
            optimiser.update(params, {**state, part: {"w": kept}}, params)


def test_what_is_composed_are_an_optimiser_and_functions():
    for name, wrap in {
        "accumulated": lambda o: optim.accumulated(o, 2),
        "in_float32": optim.in_float32,
        "transformed": optim.transformed,
    }.items():
        with pytest.raises(
            ri.DtypeError, match=rf"^{name}: an optimiser is needed, such as adam\(\); "
        ):
            wrap(optim.adam)
    with pytest.raises(
        ri.DtypeError,
        match=r"^transformed: a function of gradients is needed; 1\.0 came",
    ):
        optim.transformed(optim.adam(), 1.0)
