import math

import numpy as np
import pytest
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl import nn, optim

OPTIMISERS = {
    "sgd": optim.sgd(lr=0.1),
    "momentum": optim.sgd(lr=0.1, momentum=0.9, dampening=0.1),
    "nesterov": optim.sgd(lr=0.1, momentum=0.9, nesterov=True),
    "adagrad": optim.adagrad(lr=0.1),
    "adadelta": optim.adadelta(),
    "rmsprop": optim.rmsprop(centred=True, momentum=0.5),
    "adam": optim.adam(amsgrad=True, weight_decay=0.1),
    "adamw": optim.adamw(lr=optim.schedules.cosine(0.1, steps=5)),
    "nadam": optim.nadam(),
    "lion": optim.lion(weight_decay=0.1),
}
SLOTS = {
    "sgd": [],
    "momentum": ["velocity"],
    "nesterov": ["velocity"],
    "adagrad": ["s"],
    "adadelta": ["v", "u"],
    "rmsprop": ["v", "m", "velocity"],
    "adam": ["m", "v", "largest"],
    "adamw": ["m", "v"],
    "nadam": ["m", "v", "product"],
    "lion": ["m"],
}

# A few roundings of float32.
SINGLE = 1e-6

# A unit in the last place of float16 numbers around 1; more for bfloat16.
HALF = {"float16": 2**-9, "bfloat16": 2**-6}

each = pytest.mark.parametrize("name", OPTIMISERS)


def trees(dtype="float64"):
    """Parameters and gradients of several shapes, with a place for neither."""
    rng = np.random.default_rng(0)

    def one():
        return {
            "hidden": [ri.tensor(rng.normal(size=(2, 3))).astype(dtype), None],
            "scale": ri.tensor(rng.normal(size=())).astype(dtype),
            "empty": ri.zeros((0, 2), dtype=dtype),
        }

    return one(), one()


def leaves(tree):
    return [x.numpy() for x in ri.tree.flatten(tree)[0]]


@each
def test_a_state_counts_updates_and_has_a_tree_for_every_slot(name):
    params, grads = trees()

    state = OPTIMISERS[name].init(params)
    after, later = OPTIMISERS[name].update(grads, state, params)

    assert list(state) == list(later) == ["step", *SLOTS[name]]
    assert (state["step"].item(), later["step"].item()) == (0, 1)
    assert state["step"].dtype == ri.int64
    structure = ri.tree.flatten(params)[1]
    for slot in SLOTS[name]:
        assert ri.tree.flatten(later[slot])[1] == structure
    assert ri.tree.flatten(after)[1] == structure


@each
def test_a_compiled_update_does_what_an_eager_one_does(name):
    params, grads = trees()
    compiled = ri.compile(OPTIMISERS[name].update)
    eager = lazy = params, OPTIMISERS[name].init(params)

    for _ in range(3):
        eager = OPTIMISERS[name].update(grads, eager[1], eager[0])
        lazy = compiled(grads, lazy[1], lazy[0])

    assert_as_eager(lazy, eager)


@each
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_parameters_and_slots_keep_their_dtype(name, dtype):
    params, grads = trees(dtype)

    params, state = OPTIMISERS[name].update(
        grads, OPTIMISERS[name].init(params), params
    )

    assert {x.dtype for x in ri.tree.flatten(params)[0]} == {
        ri.zeros(0, dtype=dtype).dtype
    }
    for slot in SLOTS[name]:
        assert {x.dtype.name for x in ri.tree.flatten(state[slot])[0]} == {dtype}
    assert all(np.isfinite(x.astype("float32")).all() for x in leaves(params))


@pytest.mark.parametrize("dtype", HALF)
def test_a_16_bit_update_is_that_of_float64_to_its_own_precision(dtype):
    params, grads = trees(dtype)
    wide = ri.tree.map(lambda p: p.astype("float64"), (params, grads))
    optimiser = optim.sgd(lr=0.125, momentum=0.5)

    narrow, _ = optimiser.update(grads, optimiser.init(params), params)
    exact, _ = optimiser.update(wide[1], optimiser.init(wide[0]), wide[0])

    for x, y in zip(leaves(narrow), leaves(exact), strict=True):
        np.testing.assert_allclose(x.astype("float64"), y, rtol=0, atol=4 * HALF[dtype])


def test_parameters_of_two_dtypes_are_updated_side_by_side():
    params = {
        "x": ri.tensor([1.0], dtype="float32"),
        "y": ri.tensor([1.0], dtype="float64"),
    }
    optimiser = optim.adam(lr=optim.schedules.constant(0.1))

    after, _ = optimiser.update(params, optimiser.init(params), params)

    assert after["x"].dtype == ri.float32
    np.testing.assert_allclose(after["y"].numpy(), 0.9, rtol=1e-7)


def test_a_model_without_parameters_is_updated_to_itself():
    optimiser = optim.adam()

    params, state = optimiser.update(None, optimiser.init(None), None)

    assert params is None
    assert state["step"].item() == 1


def test_statistics_are_no_business_of_an_optimiser():
    layer = nn.Linear(ri.ones((2, 1)), None)
    params, statistics = nn.partition(layer)
    optimiser = optim.adam(lr=0.5)

    params, _ = optimiser.update(params, optimiser.init(params), params)

    trained = nn.combine(params, statistics).weight.numpy()
    np.testing.assert_allclose(trained, 0.5, rtol=SINGLE)


@pytest.mark.parametrize(
    "train",
    [
        *[
            pytest.param(optimiser.init, id=name)
            for name, optimiser in OPTIMISERS.items()
        ],
        pytest.param(optim.accumulated(optim.adam(), 2).init, id="accumulated"),
        pytest.param(optim.in_float32(optim.adam()).init, id="in_float32"),
        pytest.param(
            lambda model: optim.lbfgs.minimise(lambda m: ri.zeros(()), model),
            id="minimise",
        ),
    ],
)
def test_a_model_with_statistics_is_taken_apart_first(train):
    model = nn.Sequential({"norm": nn.BatchNorm.init(2)})

    with pytest.raises(
        ri.TreeError, match=r": layers\.norm\.mean is a statistic, .*nn\.partition"
    ):
        train(model)


def test_a_step_size_may_be_a_number_a_tensor_or_a_schedule():
    x = ri.tensor([1.0], dtype="float64")
    rates = 0.25, ri.tensor(0.25), lambda step: ri.tensor(0.25), lambda step: 0.25

    for lr in rates:
        optimiser = optim.sgd(lr=lr)
        after, _ = optimiser.update(x, optimiser.init(x), x)
        assert after.item() == 0.75
        assert after.dtype == ri.float64


def test_a_schedule_gets_the_number_of_updates_so_far():
    optimiser = optim.sgd(lr=lambda step: 2.0**-3 * (step + 1).astype("float64"))
    x = ri.tensor([0.0], dtype="float64")
    state, places = optimiser.init(x), []

    for _ in range(3):
        x, state = optimiser.update(ri.ones_like(x), state, x)
        places.append(x.item())

    assert places == [-1 / 8, -3 / 8, -6 / 8]


def test_a_step_with_a_schedule_is_captured_once():
    captured = []
    optimiser = optim.adam(lr=optim.schedules.cosine(0.1, steps=4))

    @ri.compile
    def step(state, x):
        captured.append(1)
        return optimiser.update(x, state, x)

    x = ri.tensor([1.0])
    state = optimiser.init(x)
    for _ in range(5):
        x, state = step(state, x)

    assert len(captured) == 1


def test_coupled_decay_is_part_of_the_gradient():
    params, grads = trees()
    optimiser = optim.adagrad(lr=0.5, weight_decay=0.25)
    plain = optim.adagrad(lr=0.5)

    after, _ = optimiser.update(grads, optimiser.init(params), params)
    added = ri.tree.map(lambda g, p: g + 0.25 * p, grads, params)
    wanted, _ = plain.update(added, plain.init(params), params)

    for x, y in zip(leaves(after), leaves(wanted), strict=True):
        np.testing.assert_array_equal(x, y)


def test_decoupled_decay_shrinks_a_parameter_beside_the_update():
    x = ri.tensor([8.0])
    optimiser = optim.adam(lr=0.5, weight_decay=0.25, decoupled=True)

    after, _ = optimiser.update(ri.zeros(1), optimiser.init(x), x)

    assert after.item() == 8 * (1 - 0.5 * 0.25)


@pytest.mark.parametrize("decoupled", [True, False])
@pytest.mark.parametrize(
    "decayed",
    [
        lambda name: name.endswith("weight"),
        nn.Linear(True, False),
        ri.tree.map(lambda p: p.ndim > 1, nn.Linear(ri.ones((1, 1)), ri.ones(1))),
    ],
    ids=["predicate", "tree", "tree of shapes"],
)
def test_only_parameters_that_are_chosen_decay(decayed, decoupled):
    layer = nn.Linear(ri.ones((1, 1)), ri.ones(1))
    optimiser = optim.sgd(
        lr=0.5, weight_decay=0.5, decoupled=decoupled, decayed=decayed
    )
    zeros = ri.tree.map(ri.zeros_like, layer)

    after, _ = optimiser.update(zeros, optimiser.init(layer), layer)

    assert (after.weight.item(), after.bias.item()) == (0.75, 1.0)


def test_an_update_can_be_differentiated_by_the_step_size():
    def after(lr):
        x = ri.tensor([2.0], dtype="float64")
        optimiser = optim.sgd(lr=lr)
        return ri.sum(optimiser.update(3 * x, optimiser.init(x), x)[0])

    assert ri.grad(after)(ri.tensor(0.5, dtype="float64")).item() == -6.0


@pytest.mark.parametrize("lr", [-0.1, math.nan, math.inf])
def test_a_step_size_is_finite_and_not_negative(lr):
    x = ri.ones(2)
    given = optim.adam(lr=lambda step: lr), optim.adam(lr=lambda step: ri.tensor(lr))

    for make in (lambda: optim.adam(lr=lr), lambda: optim.adam(lr=ri.tensor(lr))):
        with pytest.raises(
            ri.RangeError, match=r"^adam: lr must be finite and at least 0, "
        ):
            make()
    for optimiser in given:
        with pytest.raises(
            ri.RangeError, match=r"^adam: lr must be finite and at least 0, "
        ):
            optimiser.update(x, optimiser.init(x), x)


@pytest.mark.parametrize("lr", [None, "a", [0.1], ri.tensor(1j)])
def test_a_step_size_is_a_real_number(lr):
    x = ri.ones(2)
    optimiser = optim.sgd(lr=lambda step: lr)

    with pytest.raises(ri.DtypeError, match=r"^sgd: lr"):
        optim.sgd(lr=lr)
    with pytest.raises(ri.DtypeError, match=r"^sgd: lr"):
        optimiser.update(x, optimiser.init(x), x)


def test_a_step_size_has_any_real_dtype():
    x = ri.ones(2)

    for dtype in ("bfloat16", "float16", "float32", "float64", "int32"):
        optimiser = optim.sgd(lr=ri.tensor(1, dtype=dtype))
        assert optimiser.update(x, optimiser.init(x), x)[0].tolist() == [0.0, 0.0]


def test_a_step_size_is_a_single_number():
    with pytest.raises(ri.ShapeError, match=r"sgd: lr must be a single number, \[1\]"):
        optim.sgd(lr=ri.tensor([0.1]))
    x, optimiser = ri.ones((3, 2)), optim.sgd(lr=lambda step: ri.tensor([1.0, 2.0]))
    with pytest.raises(ri.ShapeError, match=r"sgd: lr must be a single number, \[2\]"):
        optimiser.update(x, optimiser.init(x), x)


def test_weight_decay_is_not_negative():
    with pytest.raises(ri.RangeError, match=r"lion: weight_decay must be .* -1 came"):
        optim.lion(weight_decay=-1)


def test_parameters_are_real_floating_point_numbers():
    for dtype in ("int64", "complex64", "bool"):
        with pytest.raises(
            ri.DtypeError, match=rf"adam: floating-point .* {dtype} came"
        ):
            optim.adam().init({"x": ri.zeros(2, dtype=dtype)})


def test_trees_that_differ_are_refused_with_both():
    optimiser, x = optim.sgd(momentum=0.9), ri.ones(2)
    state = optimiser.init({"a": x})

    with pytest.raises(ri.TreeError, match=r"sgd: gradients: .* a are needed, b came"):
        optimiser.update({"b": x}, state, {"a": x})
    with pytest.raises(
        ri.TreeError, match=r"sgd: velocity: .* a, b are needed, a came"
    ):
        optimiser.update({"a": x, "b": x}, state, {"a": x, "b": x})
    with pytest.raises(
        ri.TreeError, match=r"sgd: decayed: .* a are needed, value came"
    ):
        optim.sgd(weight_decay=0.1, decayed=True).update(
            {"a": x}, {"step": ri.tensor(0)}, {"a": x}
        )


def test_a_state_of_another_optimiser_is_refused():
    x = ri.ones(2)
    state = optim.adam().init(x)

    with pytest.raises(
        ri.TreeError,
        match=r"sgd: a state of step, velocity is needed.*; m, step, v came",
    ):
        optim.sgd(momentum=0.9).update(x, state, x)
    with pytest.raises(
        ri.TreeError, match=r"sgd: a state of step is needed.*Tensor came"
    ):
        optim.sgd().update(x, x, x)


@pytest.mark.parametrize("g", [ri.ones(()), ri.ones(2, dtype="float64")])
def test_a_gradient_is_like_its_parameter(g):
    params = {"a": ri.ones(2), "b": ri.ones(2)}
    optimiser = optim.sgd()

    with pytest.raises(
        ri.ShapeError,
        match=r"sgd: gradients must be like .*: b needs float32\[2\], float",
    ):
        optimiser.update({"a": params["a"], "b": g}, optimiser.init(params), params)


@pytest.mark.parametrize("slot", ["m", "v", "product"])
@pytest.mark.parametrize(
    "kept", [ri.ones(1), ri.ones(2, dtype="float64"), "a"], ids=["shape", "dtype", "a"]
)
def test_a_state_is_like_the_parameters(slot, kept):
    params, optimiser = {"b": ri.ones(2)}, optim.nadam()
    state = {**optimiser.init(params), slot: {"b": kept}}

    with pytest.raises(
        ri.ShapeError,
        match=rf"^nadam: {slot} must be like the parameters: b needs float32\[2?\], ",
    ):
        optimiser.update(params, state, params)


@pytest.mark.parametrize("count", [None, 0, ri.zeros(()), ri.zeros(1, dtype="int64")])
def test_a_count_of_updates_is_an_integer_tensor(count):
    with pytest.raises(ri.ShapeError, match=r"^sgd: step must be int64\[\], as `init`"):
        optim.sgd().update(ri.ones(2), {"step": count}, ri.ones(2))


def test_parameters_are_tensors():
    x = {"w": ri.ones(2)}

    with pytest.raises(ri.TreeError, match=r"^sgd: tensors are needed, w is 'a'"):
        optim.sgd().init({"w": "a"})
    with pytest.raises(ri.TreeError, match=r"^sgd: tensors are needed, w is 'a'"):
        optim.sgd().update(x, optim.sgd().init(x), {"w": "a"})


@pytest.mark.parametrize("as_number", [np.float64, np.float16, ri.tensor])
@pytest.mark.parametrize(
    "make",
    [
        lambda as_number: optim.sgd(
            lr=as_number(0.5),
            momentum=as_number(0.5),
            dampening=as_number(0.5),
            weight_decay=as_number(0.5),
        ),
        lambda as_number: optim.sgd(lr=lambda step: as_number(0.5)),
        lambda as_number: optim.adam(
            betas=(as_number(0.5), as_number(0.5)), eps=as_number(0.5)
        ),
        lambda as_number: optim.nadam(momentum_decay=as_number(0.5)),
        lambda as_number: optim.lion(betas=(as_number(0.5), as_number(0.5))),
        lambda as_number: optim.rmsprop(rho=as_number(0.5), momentum=as_number(0.5)),
        lambda as_number: optim.adagrad(initial=as_number(0.5), eps=as_number(0.5)),
        lambda as_number: optim.adadelta(rho=as_number(0.5), eps=as_number(0.5)),
    ],
)
def test_settings_of_another_dtype_leave_the_parameters_theirs(make, as_number):
    x, optimiser, same = ri.ones(2), make(as_number), make(float)

    after = optimiser.update(x, optimiser.init(x), x)
    wanted = same.update(x, same.init(x), x)

    for a, b in zip(ri.tree.flatten(after)[0], ri.tree.flatten(wanted)[0], strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a.numpy(), b.numpy())
