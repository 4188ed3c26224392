import numpy as np
import pytest
from hypothesis import given, settings
from passes_checks import arrays_of, drawn, run, training_step
from random_graphs import programs

import reference_impl as ri
from reference_impl import optim
from reference_impl.core.passes.common_subexpressions import common_subexpressions
from reference_impl.core.passes.liveness import peak_bytes
from reference_impl.core.passes.mixed_precision import mixed_precision
from reference_impl.core.passes.rematerialise import rematerialise

# A dozen roundings of values of about 1.
ROUNDINGS = {"float16": 12 * 2.0**-11, "bfloat16": 12 * 2.0**-8}

# Of the float32 loss, after training.
NEARLY = 0.05

each_dtype = pytest.mark.parametrize("dtype", ["float16", "bfloat16"])


def captured(function, *shapes):
    return ri.capture(function, *(np.zeros(s, np.float32) for s in shapes))


def widths(graph):
    """The ops that give 16 bits, and those that give float32, casts apart."""
    nodes = [x for x in graph.nodes() if x.op.name not in ("astype", "identity")]
    return tuple(
        {x.op.name for x in nodes if x.dtype in dtypes}
        for dtypes in ((ri.float16, ri.bfloat16), (ri.float32,))
    )


def casts(graph):
    return sum(node.op.name == "astype" for node in graph.nodes())


def normal(rng, *shape):
    return ri.tensor(rng.normal(size=shape).astype(np.float32) / 4)


@each_dtype
def test_products_and_what_lies_between_are_narrow(dtype):
    graph = captured(
        lambda x, w, b, v: ri.relu(x @ w + b) @ v, (4, 8), (8, 8), 8, (8, 8)
    )

    narrow, wide = widths(mixed_precision(graph, dtype))

    assert narrow == {"matmul", "broadcast_to", "add", "relu"}
    assert not wide


def test_inputs_and_outputs_keep_their_dtypes():
    graph = captured(lambda x, w: x @ w, (4, 8), (8, 8))
    after = mixed_precision(graph)

    assert [x.dtype for x in after.outputs] == [ri.float32]
    assert after.inputs == graph.inputs
    assert after.output_names == graph.output_names


def test_what_comes_after_the_last_product_is_wide():
    graph = captured(lambda x, w, b: ri.relu(x @ w + b), (4, 8), (8, 8), 8)

    assert widths(mixed_precision(graph))[1] == {"broadcast_to", "add", "relu"}


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: ri.softmax(x, axis=-1), "softmax"),
        (lambda x: ri.log_softmax(x, axis=-1), "log_softmax"),
        (lambda x: x - ri.mean(x, axis=-1, keepdims=True), "mean"),
        (ri.exp, "exp"),
        (lambda x: ri.log(ri.abs(x) + 1), "log"),
        (lambda x: ri.cumulative_sum(x, axis=0), "cumulative_sum"),
    ],
)
def test_reductions_and_what_can_overflow_are_wide_between_products(function, name):
    graph = captured(lambda x, w: function(x @ w) @ w, (8, 8), (8, 8))

    narrow, wide = widths(mixed_precision(graph, "float16"))

    assert name in wide
    assert "matmul" in narrow


def test_a_residual_stream_that_begins_wide_stays_wide():
    def function(table, i, w):
        x = ri.take(table, i, axis=0)
        return (x + x @ w) @ w

    graph = ri.capture(
        function, np.zeros((9, 8), np.float32), np.zeros(4, int), np.zeros((8, 8), "f4")
    )

    narrow, wide = widths(mixed_precision(graph))

    assert narrow == {"matmul"}
    assert {"gather", "add"} <= wide


def test_a_weight_is_rounded_once_for_all_who_read_it():
    graph = captured(lambda x, w: (x @ w) @ ri.matrix_transpose(w), (4, 8), (8, 8))

    assert casts(mixed_precision(graph)) == 3  # x, w and the output


def test_a_few_rows_are_rounded_rather_than_a_table():
    graph = ri.capture(
        lambda t, i, w: ri.take(t, i, axis=0) @ w,
        *(np.zeros((99, 8), "f4"), np.zeros(4, int), np.zeros((8, 8), "f4")),
    )

    assert widths(mixed_precision(graph))[1] == {"gather"}


def test_a_constant_that_would_overflow_or_vanish_keeps_a_sum_wide():
    def wide(number, dtype):
        graph = captured(lambda x, w: (x @ w + number) @ w, (8, 8), (8, 8))
        return widths(mixed_precision(graph, dtype))[1]

    assert "add" in wide(1e6, "float16")
    assert "add" in wide(1e-8, "float16")
    assert not wide(1e6, "bfloat16")
    assert not wide(1.0, "float16")
    assert not wide(-np.inf, "float16")


def test_a_convolution_takes_narrow_windows():
    graph = captured(
        lambda x, w, v: ri.conv(ri.relu(ri.conv(x, w)), v),
        *((2, 3, 8, 8), (4, 3, 3, 3), (4, 4, 3, 3)),
    )

    assert widths(mixed_precision(graph)) == ({"conv", "relu"}, set())


def test_so_do_both_of_its_gradients():
    def loss(w, v, x):
        return ri.sum(ri.conv(ri.relu(ri.conv(x, w)), v))

    graph = captured(ri.grad(loss, (0, 1)), (4, 3, 3, 3), (4, 4, 3, 3), (2, 3, 8, 8))

    narrow, _ = widths(mixed_precision(graph))

    assert {"conv", "conv_filters", "conv_transpose", "gated"} <= narrow


def test_other_dtypes_are_left_alone():
    double = ri.capture(lambda x: x @ x, np.zeros((4, 4)))
    half = ri.capture(lambda x: x @ x, ri.zeros((4, 4), dtype="float16"))

    assert mixed_precision(double) is double
    assert mixed_precision(half) is half


def test_loops_and_branches_are_narrow_inside():
    def function(x, w):
        h, _ = ri.scan(lambda h, x: (ri.tanh(h @ w + x), None), x[0], x)
        return ri.cond(ri.sum(h) > 0, lambda h: h @ w, lambda h: h, h)

    graph = captured(function, (3, 4, 4), (4, 4))
    after = mixed_precision(graph)

    inner = [
        x.dtype
        for node in after.nodes()
        for body in node.attrs.values()
        if hasattr(body, "nodes")
        for x in body.nodes()
        if x.op.name == "matmul"
    ]
    assert inner
    assert set(inner) == {ri.bfloat16}
    arrays = drawn(graph)
    for x, y in zip(run(graph, arrays), run(after, arrays), strict=True):
        np.testing.assert_allclose(x, y, atol=ROUNDINGS["bfloat16"] * 2)


def attended(x, w):
    q, k, v = ri.split(x @ w, 3, axis=-1)
    weights = ri.softmax(q @ ri.matrix_transpose(k) * 0.25, axis=-1)
    return weights @ v


def test_attention_is_narrow_but_for_its_softmax():
    graph = captured(attended, (2, 8, 16), (16, 48))
    after = mixed_precision(graph)

    _, wide = widths(after)
    picks = [x for x in after.nodes() if x.op.name == "pick"]
    assert wide == {"multiply", "softmax"}
    assert {x.dtype for x in picks} == {ri.bfloat16}


def mlp_loss(params, x, y):
    for weight, bias in params[:-1]:
        x = ri.relu(x @ weight + bias)
    weight, bias = params[-1]
    return ri.mean((x @ weight + bias - y) ** 2)


def mlp(update, layers=4):
    rng = np.random.default_rng(0)
    model = [(normal(rng, 16, 16), normal(rng, 16)) for _ in range(layers)]
    step, state = training_step(mlp_loss, update, model)
    return step, (*state, normal(rng, 64, 16), normal(rng, 64, 16))


def test_the_update_is_wide_even_of_what_a_next_step_multiplies():
    step, (model, state, x, y) = mlp(optim.adam(lr=1e-2))

    def two_steps(model, state, x, y):
        model, state, _ = step(model, state, x, y)
        return step(model, state, x, y)

    graph = common_subexpressions(ri.capture(two_steps, model, state, x, y))
    after = mixed_precision(graph)

    assert {"sqrt", "subtract"} <= widths(after)[1]
    assert {x.dtype for x in after.outputs} == {ri.float32, ri.int64}
    subtracted = [x for x in after.nodes() if x.op.name == "subtract"]
    assert not [x for x in subtracted if x.dtype is ri.bfloat16]


def test_less_is_kept_and_rematerialisation_goes_on_from_there():
    step, (model, state, *_) = mlp(optim.sgd(lr=1e-2), layers=16)
    x = np.zeros((512, 16), np.float32)
    graph = common_subexpressions(ri.capture(step, model, state, x, x))

    after = mixed_precision(graph)

    assert peak_bytes(after) < 0.65 * peak_bytes(graph)
    assert peak_bytes(rematerialise(after)) <= peak_bytes(after)


def trained(graph, args, steps):
    """The loss after some steps; a graph takes and gives model and state first."""
    arrays = arrays_of(*args)
    for _ in range(steps):
        results = run(graph, arrays)
        arrays[: len(results) - 1] = results[:-1]
    return float(results[-1])


@each_dtype
def test_an_mlp_trains_to_nearly_the_loss_of_float32(dtype):
    step, args = mlp(optim.adam(lr=1e-2))
    graph = common_subexpressions(ri.capture(step, *args))

    wide = trained(graph, args, 60)
    narrow = trained(mixed_precision(graph, dtype), args, 60)

    assert wide < 0.06
    assert narrow == pytest.approx(wide, rel=NEARLY)


def normalised(x):
    centred = x - ri.mean(x, axis=-1, keepdims=True)
    return centred / ri.sqrt(ri.mean(centred**2, axis=-1, keepdims=True) + 1e-5)


def transformer_loss(params, x, labels):
    x = x @ params["embedding"]
    for qkv, up, down in params["blocks"]:
        x = x + attended(normalised(x), qkv)
        x = x + ri.relu(normalised(x) @ up) @ down
    logits = normalised(x) @ params["head"]
    return -ri.mean(ri.sum(ri.log_softmax(logits, axis=-1) * labels, axis=-1))


@each_dtype
def test_a_transformer_trains_to_nearly_the_loss_of_float32(dtype):
    rng = np.random.default_rng(0)
    shapes = (16, 48), (16, 32), (32, 16)
    model = {
        "embedding": normal(rng, 8, 16),
        "blocks": [tuple(normal(rng, *s) for s in shapes) for _ in range(2)],
        "head": normal(rng, 16, 8),
    }
    tokens = rng.integers(0, 8, size=(4, 9))
    x, labels = (
        np.eye(8, dtype=np.float32)[t] for t in (tokens[:, :-1], tokens[:, 1:])
    )
    step, state = training_step(transformer_loss, optim.adam(lr=1e-2), model)
    args = *state, ri.tensor(x), ri.tensor(labels)
    graph = common_subexpressions(ri.capture(step, *args))

    wide = trained(graph, args, 30)
    narrow = trained(mixed_precision(graph, dtype), args, 30)

    assert wide < 1.5
    assert narrow == pytest.approx(wide, rel=NEARLY)


@settings(max_examples=60, deadline=None)
@given(programs())
def test_random_graphs_keep_their_types_and_nearly_their_values(program):
    graph = ri.capture(program, *program.arguments(ri.float32))
    after = mixed_precision(graph, "float16")
    arrays = drawn(graph)

    for x, y in zip(run(graph, arrays), run(after, arrays), strict=True):
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        if x.dtype == np.float32:
            largest = max(np.abs(x).max(initial=0.0), 1.0)
            np.testing.assert_allclose(x, y, atol=8 * ROUNDINGS["float16"] * largest)


def test_scopes_and_names_stay():
    def function(x, w):
        with ri.scope("hidden"):
            x = ri.relu(x @ w)
        return x @ w

    after = mixed_precision(captured(function, (4, 8), (8, 8)))

    names = after.scope_names()
    (relu,) = [x for x in after.nodes() if x.op.name == "relu"]
    assert names[relu.serial] == "hidden"


def test_sixteen_bits_are_needed():
    graph = captured(lambda x: x @ x, (4, 4))

    with pytest.raises(
        ri.DtypeError, match=r"^mixed_precision: bfloat16 or float16 is"
    ):
        mixed_precision(graph, "float64")
    with pytest.raises(ri.CaptureError, match=r"^mixed_precision: a graph is needed"):
        mixed_precision(mlp_loss)
