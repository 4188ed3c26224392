import dataclasses

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

N, T, D, H = 2, 4, 3, 5

# Of results of size 1 in float64, where products of all steps are taken at once.
TOLERANCE = 1e-14

# Two roundings to 8 bits for each of T steps, of results of size 1.
COARSE = {ri.float16: T * 2**-9, ri.bfloat16: T * 2**-6}

KINDS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def layer(kind, D=D, H=H, dtype=ri.float64, **options):
    return kind.init(ri.random.key(0), D, H, dtype=dtype, **options)


def sequences(T=T, dtype=np.float64):
    return ri.tensor(np.random.default_rng(1).normal(size=(N, T, D)).astype(dtype))


def leaves(tree):
    return [x.numpy() for x in ri.tree.flatten(tree)[0]]


def assert_same(came, needed, tolerance=TOLERANCE):
    for one, other in zip(leaves(came), leaves(needed), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)


@each_kind
def test_a_layer_is_its_cell_applied_step_by_step(kind):
    model, x = layer(kind), sequences()
    zero = ri.zeros((N, H), dtype=ri.float64)
    state, outputs = (zero, zero) if kind is nn.LSTM else zero, []
    for t in range(T):
        state = model.cell(state, x[:, t] @ model.weight + model.bias)
        outputs.append(state[0] if kind is nn.LSTM else state)

    assert_same(model(x), (ri.stack(outputs, axis=1), state))


@each_kind
def test_a_cell_is_called_once_however_many_steps_there_are(kind, monkeypatch):
    cell, calls = kind.cell, []
    monkeypatch.setattr(kind, "cell", lambda *a: calls.append(a) or cell(*a))

    layer(kind)(sequences())

    assert len(calls) == 1


@each_kind
def test_gradients_are_those_of_steps_written_one_by_one(kind):
    model, x = layer(kind), sequences()
    zero = ri.zeros((N, H), dtype=ri.float64)

    def unrolled(model):
        state, ys = (zero, zero) if kind is nn.LSTM else zero, []
        for t in range(T):
            state = model.cell(state, x[:, t] @ model.weight + model.bias)
            ys.append(state[0] if kind is nn.LSTM else state)
        return ri.stack(ys, axis=1)

    def of(outputs):
        return ri.grad(lambda model: ri.mean(ri.exp(outputs(model))))(model)

    assert_same(of(lambda model: model(x)[0]), of(unrolled))


@each_kind
def test_a_sequence_may_be_read_in_two_parts(kind):
    model, x = layer(kind), sequences()

    first, state = model(x[:, :1])
    second, last = model(x[:, 1:], state)

    assert_same((ri.concat([first, second], axis=1), last), model(x))


@each_kind
def test_the_last_output_is_the_last_state(kind):
    ys, last = layer(kind)(sequences())

    h = last[0] if kind is nn.LSTM else last
    np.testing.assert_array_equal(ys[:, -1].numpy(), h.numpy())


@each_kind
def test_an_output_depends_on_earlier_inputs_only(kind):
    model, x = layer(kind), sequences()
    _, pull = ri.vjp(lambda x: model(x)[0][:, 1], x)

    (gradient,) = pull(ri.ones((N, H), dtype=ri.float64))

    assert gradient.numpy()[:, :2].all()
    assert not gradient.numpy()[:, 2:].any()


@each_kind
def test_compiled_values_and_gradients_are_the_eager_ones(kind):
    def loss(model, x):
        ys, last = model(x)
        return ri.sum(ys * ys) + sum(ri.sum(s) for s in ri.tree.flatten(last)[0])

    step = ri.value_and_grad(loss, (0, 1))

    came = ri.compile(step)(layer(kind), sequences())

    assert_same(came, step(layer(kind), sequences()), tolerance=1e-12)


@each_kind
@pytest.mark.parametrize("T", [0, 1])
def test_sequences_may_be_empty_or_of_one_step(kind, T):
    ys, last = layer(kind)(sequences(T))

    assert ys.shape == (N, T, H)
    assert all(s.shape == (N, H) for s in leaves(last))
    if T == 0:
        assert not any(s.any() for s in leaves(last))


@each_kind
def test_a_batch_may_be_empty(kind):
    ys, _ = layer(kind)(sequences()[:0])

    assert ys.shape == (0, T, H)


@each_kind
@pytest.mark.parametrize("dtype", COARSE, ids=str)
def test_a_layer_of_16_bits_stays_in_them(kind, dtype):
    wide = layer(kind)
    narrow = ri.tree.map(lambda p: ri.astype(p, dtype), wide)

    ys, last = narrow(ri.astype(sequences(), dtype))

    assert {x.dtype for x in ri.tree.flatten((ys, last))[0]} == {dtype}
    error = ri.astype(ys, ri.float64) - wide(sequences())[0]
    assert np.abs(error.numpy()).max() < COARSE[dtype]


@each_kind
def test_a_layer_may_have_no_bias(kind):
    bare = layer(kind, bias=None)
    zeros = dataclasses.replace(
        bare, bias=ri.zeros(bare.weight.shape[1:], dtype=ri.float64)
    )

    assert bare.bias is None
    assert_same(bare(sequences()), zeros(sequences()))


@each_kind
def test_training_is_a_call(kind):
    model, x = layer(kind), sequences()
    result, after = model.training(x, ri.random.key(0), model(x)[1])

    assert after is model
    assert_same(result, model(x, model(x)[1]))


@each_kind
def test_parameters_begin_within_one_over_the_root_of_the_size(kind):
    model = layer(kind, D=200, H=25)

    for parameter in leaves(model):
        assert 0.18 < np.abs(parameter).max() <= 0.2


@each_kind
def test_initialisers_see_the_fans_of_one_gate(kind):
    seen = {}

    def remember(name):
        def init(key, shape, fans, dtype):
            seen[name] = shape, tuple(fans)
            return ri.zeros(shape, dtype=dtype)

        return init

    names = ("weight", "hidden_weight", "bias")
    layer(kind, **{name: remember(name) for name in names})

    G = kind.GATES
    assert seen["weight"] == ((D, G * H), (D, H))
    assert seen["hidden_weight"] == ((H, G * H), (H, H))
    assert seen["bias"] == ((G * H,), (H, H))


def test_an_rnn_may_have_another_activation():
    model = layer(nn.RNN, activation=ri.relu)

    ys, _ = model(sequences())

    assert ys.numpy().min() == 0
    assert ys.numpy().max() > 0


def test_resetting_before_the_product_is_another_unit_with_the_same_parameters():
    after = layer(nn.GRU)
    before = dataclasses.replace(after, reset_after=False)
    folded = dataclasses.replace(
        before, bias=after.bias + after.hidden_bias, hidden_bias=None
    )

    difference = after(sequences())[0] - before(sequences())[0]

    assert np.abs(difference.numpy()).max() > 1e-3
    assert_same(before(sequences()), folded(sequences()))


def test_a_hidden_bias_may_be_left_out():
    assert layer(nn.GRU, hidden_bias=None).hidden_bias is None


def test_stacked_layers_read_one_another():
    layers = [layer(nn.LSTM), layer(nn.GRU, D=H)]
    ys, first = layers[0](sequences())
    ys, second = layers[1](ys)

    assert_same(nn.Stacked(layers)(sequences()), (ys, [first, second]))


def test_a_stack_hands_each_layer_its_state():
    stack = nn.Stacked([layer(nn.LSTM), layer(nn.GRU, D=H)])
    first, states = stack(sequences()[:, :2])
    second, last = stack(sequences()[:, 2:], states)

    came = ri.concat([first, second], axis=1), last
    assert_same(came, stack(sequences()))


@dataclasses.dataclass(frozen=True)
class Doubled(nn.Layer):
    """Stands for dropout."""

    def __call__(self, x):
        return x

    def training(self, x, key=None):
        assert key is not None
        return 2 * x, self


def test_dropout_of_a_stack_is_between_the_layers_in_training_only():
    first, second = layers = [layer(nn.RNN), layer(nn.RNN, D=H)]
    stack = nn.Stacked(layers, Doubled())

    (ys, _), after = stack.training(sequences(), ri.random.key(0))

    assert_same(ys, second(2 * first(sequences())[0])[0])
    assert_same(stack(sequences()), nn.Stacked(layers)(sequences()))
    assert_same(after, stack)


def test_a_second_direction_begins_at_the_end():
    forwards, backwards = layer(nn.GRU), layer(nn.LSTM)
    x = sequences()
    (ahead, last), (back, end) = forwards(x), backwards(ri.flip(x, 1))

    both = nn.Bidirectional(forwards, backwards)

    needed = ri.concat([ahead, ri.flip(back, 1)], axis=-1), (last, end)
    assert_same(both(x), needed)
    assert_same(both.training(x, ri.random.key(0))[0], needed)


def test_both_directions_may_have_a_first_state():
    both = nn.Bidirectional(layer(nn.GRU), layer(nn.GRU))
    state = ri.ones((N, H), dtype=ri.float64)

    ys, _ = both(sequences(), (state, 2 * state))

    ahead, _ = both.forwards(sequences(), state)
    np.testing.assert_array_equal(ys.numpy()[..., :H], ahead.numpy())


def test_parts_of_both_directions_train_with_keys_of_their_own():
    stack = nn.Stacked([layer(nn.RNN), layer(nn.RNN, D=H)], Doubled())
    both = nn.Bidirectional(stack, layer(nn.RNN))

    (ys, _), after = both.training(sequences(), ri.random.key(0))

    (ahead, _), _ = stack.training(sequences(), ri.random.key(1))
    np.testing.assert_array_equal(ys.numpy()[..., :H], ahead.numpy())
    assert_same(after, both)


@each_kind
def test_what_is_no_batch_of_sequences_is_refused(kind):
    message = rf"{kind.__name__}: sequences \(N, T, 3\) are needed, \(2, 4, 2\) came"
    with pytest.raises(ri.ShapeError, match=message):
        layer(kind)(sequences()[..., :2])
    with pytest.raises(ri.ShapeError, match=r"are needed, \(4, 3\) came"):
        layer(kind)(sequences()[0])


@each_kind
def test_a_state_of_another_shape_is_refused(kind):
    h = ri.zeros((1, H), dtype=ri.float64)
    message = rf"{kind.__name__}: a state \(2, 5\) is needed, \(1, 5\) came"

    with pytest.raises(ri.ShapeError, match=message):
        layer(kind)(sequences(), (h, h) if kind is nn.LSTM else h)


def test_a_state_without_a_memory_is_refused():
    with pytest.raises(ri.TreeError, match="LSTM: the trees differ: 0, 1 are needed"):
        layer(nn.LSTM)(sequences(), ri.zeros((N, H), dtype=ri.float64))


def test_a_stack_needs_a_state_for_each_layer():
    stack = nn.Stacked([layer(nn.RNN), layer(nn.RNN, D=H)])

    with pytest.raises(ri.TreeError, match="Stacked: 2 states are needed, 1 came"):
        stack(sequences(), [None])


def test_a_kind_without_a_cell_says_so():
    bare = nn.Recurrent(ri.zeros((D, H)), ri.zeros((H, H)))

    with pytest.raises(NotImplementedError, match="Recurrent: no cell is defined"):
        bare(sequences(dtype=np.float32))
    with pytest.raises(NotImplementedError, match="SequenceLayer: no map is defined"):
        nn.SequenceLayer()(sequences())


@each_kind
@pytest.mark.parametrize("size", [0, -1])
def test_a_state_has_a_feature_at_least(kind, size):
    message = f"{kind.__name__}: size must be at least 1, {size} came"
    with pytest.raises(ri.RangeError, match=message):
        layer(kind, H=size)


def test_a_part_that_trains_differently_wants_a_training_around_it():
    @dataclasses.dataclass(frozen=True)
    class Dropped(nn.SequenceLayer):
        part: nn.Layer

        def __call__(self, x, state=None):
            return self.part(x), state

    with pytest.raises(TypeError, match=r"Dropped: a part .* \(part: Dropout\)"):
        Dropped(nn.Dropout()).training(sequences(), ri.random.key(0))


@pytest.mark.parametrize("is_training", [False, True])
def test_parts_are_called_in_scopes_of_their_names(is_training):
    inner = nn.Stacked([layer(nn.RNN), layer(nn.RNN, D=H)], Doubled())
    both = nn.Bidirectional(inner, layer(nn.GRU))

    def apply(model, x, key):
        return model.training(x, key) if is_training else model(x)

    graph = ri.capture(apply, both, sequences(), ri.random.key(0))

    parts = ["forwards", "forwards/0", "forwards/1", "backwards"]
    assert [scope.name for scope in graph.scopes] == parts
