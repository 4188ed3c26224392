import numpy as np
import pytest

import reference_impl as ri
from reference_impl import optim
from reference_impl.core.passes.mixed_precision import mixed_precision
from reference_impl.core.replay import Program

# Roundings of float32, which compiled code takes in another order.
REORDERED = 1e-6

# A rounding of float16, after a few sums.
ROUNDED = 4 * 2.0**-11


def squares(params, x):
    return ri.sum((params["w"] * x) ** 2)


def stepper(optimiser, loss=squares):
    gradient = optim.scaled_value_and_grad(loss)

    def step(params, state, *data):
        value, grads = gradient(state["scale"], params, *data)
        params, state = optimiser.update(grads, state, params)
        return value, params, state

    return step


def start(optimiser, w=(1.0, -2.0)):
    params = {"w": ri.tensor(w, dtype="float32")}
    return params, optimiser.init(params)


def leaves(tree):
    return [x.numpy() for x in ri.tree.flatten(tree)[0]]


@pytest.mark.parametrize("compiled", [False, True])
def test_training_is_that_of_the_optimiser_inside(compiled):
    inner = optim.adam(lr=optim.schedules.exponential(0.1, gamma=0.5))
    scaled = optim.loss_scaled(inner, every=2)
    step = ri.compile(stepper(scaled)) if compiled else stepper(scaled)
    params, state = start(scaled)
    plain, whole = start(inner)
    x = ri.tensor([1.0, 0.5])

    for _ in range(5):
        value, params, state = step(params, state, x)
        needed, grads = ri.value_and_grad(squares)(plain, x)
        plain, whole = inner.update(grads, whole, plain)

    # Not a bit is lost, as the factor is a power of two.
    tolerance = REORDERED if compiled else 0
    came, needed = (value, params, state["inner"]), (needed, plain, whole)
    for a, b in zip(leaves(came), leaves(needed), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance)


@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_is_skipped_and_halves_the_factor(number):
    optimiser = optim.loss_scaled(optim.adam())
    params, state = start(optimiser)
    _, state = optimiser.update(params, state, params)  # one that counts

    grads = {"w": ri.tensor([1.0, number], dtype="float32")}
    with np.errstate(all="ignore"):
        after, skipped = optimiser.update(grads, state, params)

    np.testing.assert_array_equal(after["w"].numpy(), params["w"].numpy())
    for a, b in zip(leaves(skipped["inner"]), leaves(state["inner"]), strict=True):
        np.testing.assert_array_equal(a, b)
    assert skipped["scale"].item() == state["scale"].item() / 2
    assert (state["finite"].item(), skipped["finite"].item()) == (1, 0)


def test_the_factor_doubles_after_so_many_finite_updates_in_a_row():
    optimiser = optim.loss_scaled(optim.sgd(), scale=8.0, every=3)
    params, state = start(optimiser)
    good = {"w": ri.ones(2)}
    bad = {"w": ri.tensor([np.inf, 0.0], dtype="float32")}

    scales = []
    for grads in (good, good, bad, good, good, good, good, good, good):
        _, state = optimiser.update(grads, state, params)
        scales.append(state["scale"].item())

    assert scales == [8, 8, 4, 4, 4, 8, 8, 8, 16]


def test_the_factor_has_limits():
    def after(grads, scale):
        optimiser = optim.loss_scaled(optim.sgd(), scale=scale, every=1)
        params, state = start(optimiser)
        with np.errstate(all="ignore"):
            return optimiser.update({"w": grads}, state, params)[1]["scale"].item()

    assert after(ri.ones(2) * np.inf, 1.0) == 1.0
    assert after(ri.zeros(2), 2.0**24) == 2.0**24


def test_gradients_are_those_of_the_scaled_loss_and_the_value_is_not_scaled():
    params = {"w": ri.tensor([1.0, 2.0])}
    x = ri.tensor([3.0, 1.0])

    for has_aux in (False, True):
        loss = (lambda *a: (squares(*a), "more")) if has_aux else squares
        gradient = optim.scaled_value_and_grad(loss, has_aux=has_aux)
        value, grads = gradient(ri.tensor(8.0), params, x)
        plain, needed = ri.value_and_grad(loss, has_aux=has_aux)(params, x)
        assert value == plain if has_aux else value.item() == plain.item()
        np.testing.assert_array_equal(grads["w"].numpy(), 8 * needed["w"].numpy())


def test_gradients_by_several_arguments_are_scaled():
    gradient = optim.scaled_value_and_grad(lambda x, y: x * y, (0, 1))

    _, (by_x, by_y) = gradient(ri.tensor(4.0), ri.tensor(2.0), ri.tensor(3.0))

    assert (by_x.item(), by_y.item()) == (12.0, 8.0)


def test_gradients_that_vanish_in_float16_survive():
    x, v = ri.tensor(np.full((4, 8), 1e-4, np.float32)), ri.ones((8, 8)) * 1e-4
    w = {"w": ri.ones((8, 8))}

    def loss(params, x):
        return ri.mean(ri.relu(x @ params["w"]) @ v) * 1e-2

    needed = ri.grad(loss)(w, x)["w"].numpy()
    plain = ri.capture(ri.grad(loss), w, x)
    scaled = ri.capture(
        lambda s, w, x: optim.scaled_value_and_grad(loss)(s, w, x)[1],
        np.float32(1),
        w,
        x,
    )
    (lost,) = Program(mixed_precision(plain, "float16")).run(
        [w["w"].numpy(), x.numpy()]
    )
    scale = np.array(2.0**24, np.float32)
    (kept,) = Program(mixed_precision(scaled, "float16")).run(
        [scale, w["w"].numpy(), x.numpy()]
    )

    assert not lost.any()
    assert needed.all()
    np.testing.assert_allclose(kept / scale, needed, rtol=ROUNDED)


def test_a_float16_step_finds_its_factor_and_trains():
    rng = np.random.default_rng(0)
    optimiser = optim.loss_scaled(optim.adam(lr=1e-2), scale=2.0**24)
    params = [ri.tensor(rng.normal(size=(8, 8)).astype("f4") / 3) for _ in range(2)]
    x = ri.tensor(rng.normal(size=(16, 8)).astype("f4"))

    def loss(params, x):
        return ri.mean((ri.relu(x @ params[0]) @ params[1] - x) ** 2)

    args = params, optimiser.init(params), x
    program = Program(
        mixed_precision(ri.capture(stepper(optimiser, loss), *args), "float16")
    )
    arrays, losses = leaves(args), []
    for _ in range(80):
        with np.errstate(all="ignore"):
            value, *arrays[:-1] = program.run(arrays)
        losses.append(float(value))

    structure = ri.tree.flatten(args[:2])[1]
    _, state = ri.tree.unflatten(structure, arrays[:-1])
    assert losses[0] == losses[1]  # the first overflows
    assert 2.0**8 < state["scale"] < 2.0**24
    assert losses[-1] < 0.5 * losses[0]
    assert state["inner"]["step"] > 60


def test_parameters_of_16_bits_are_kept_wide_around_it():
    optimiser = optim.in_float32(optim.loss_scaled(optim.sgd(lr=1.0), scale=1024.0))
    params = {"w": ri.ones(2, dtype="float16")}
    state = optimiser.init(params)
    grads = {"w": ri.ones(2, dtype="float16") * 2.0**-4}  # of a gradient of 2^-14

    after, state = optimiser.update(grads, state, params)

    assert after["w"].dtype == ri.float16
    assert state["params"]["w"].tolist() == [1 - 2.0**-14] * 2


def test_it_goes_around_other_compositions():
    optimiser = optim.loss_scaled(
        optim.accumulated(
            optim.transformed(
                optim.adamw(), lambda grads: optim.clip_by_global_norm(grads, 1.0)
            ),
            2,
        )
    )
    params, state = start(optimiser)
    step, x = stepper(optimiser), ri.tensor([1.0, 2.0])
    program = Program(ri.capture(step, params, state, x))
    eager, arrays = (params, state), leaves((params, state, x))

    for _ in range(4):
        _, *eager = step(*eager, x)
        arrays[:-1] = program.run(arrays)[1:]

    assert eager[1]["inner"]["inner"]["step"].item() == 2
    for a, b in zip(leaves(tuple(eager)), arrays[:-1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_is_scaled_is_an_optimiser_of_wide_parameters():
    with pytest.raises(ri.DtypeError, match=r"^loss_scaled: an optimiser is needed"):
        optim.loss_scaled(optim.adam)
    with pytest.raises(
        ri.DtypeError, match=r"^loss_scaled: .* w is float16; `in_float32\(loss_scaled"
    ):
        optim.loss_scaled(optim.adam()).init({"w": ri.ones(2, dtype="float16")})


def test_numbers_are_checked():
    for scale in (0.0, -1.0, np.inf):
        with pytest.raises(ri.RangeError, match=r"^loss_scaled: scale must be finite"):
            optim.loss_scaled(optim.sgd(), scale=scale)
    with pytest.raises(ri.RangeError, match=r"^loss_scaled: every must be at least 1"):
        optim.loss_scaled(optim.sgd(), every=0)


def test_a_scale_is_one_float32_number():
    gradient = optim.scaled_value_and_grad(squares)
    params, x = {"w": ri.ones(2)}, ri.ones(2)

    for scale, came in (
        (8.0, r"8\.0"),
        (ri.ones(2), r"float32\[2\]"),
        (ri.ones((), dtype="float16"), r"float16\[\]"),
    ):
        with pytest.raises(
            ri.ShapeError,
            match=rf"^scaled_value_and_grad: the scale must be .* {came} came",
        ):
            gradient(scale, params, x)


def test_a_loss_of_16_bits_is_refused():
    gradient = optim.scaled_value_and_grad(ri.sum)

    with pytest.raises(
        ri.DtypeError, match=r"^scaled_value_and_grad: the loss must be"
    ):
        gradient(ri.tensor(8.0), ri.ones(2, dtype="float16"))


def test_a_state_of_another_optimiser_is_refused():
    optimiser = optim.loss_scaled(optim.sgd())
    params, _ = start(optimiser)

    with pytest.raises(
        ri.TreeError, match=r"^loss_scaled: a state of finite, inner, scale is needed"
    ):
        optimiser.update(params, optim.sgd().init(params), params)
