import copy
import dataclasses
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn


@dataclass(frozen=True)
class Centred(nn.Layer):
    """Takes away a running mean, which training moves halfway to the batch's."""

    mean: ri.Tensor = nn.statistic()
    scale: ri.Tensor

    def __call__(self, x):
        return (x - self.mean) * self.scale

    def training(self, x, key=None):
        moved = dataclasses.replace(self, mean=(self.mean + ri.mean(x)) / 2)
        return (x - ri.mean(x)) * self.scale, moved


def model():
    return nn.Sequential(
        {
            "centred": Centred(mean=ri.tensor(1.0), scale=ri.tensor(3.0)),
            "relu": nn.Activation(ri.relu),
        }
    )


def test_a_model_is_partitioned_into_what_is_trained_and_what_is_not():
    params, statistics = nn.partition(model())

    assert ri.tree.names(params) == ["layers.centred.scale"]
    assert ri.tree.names(statistics) == ["layers.centred.mean"]


def test_what_was_partitioned_combines_into_the_same_model():
    whole = nn.combine(*nn.partition(model()))

    assert ri.tree.flatten(whole)[1] == ri.tree.flatten(model())[1]
    assert [x.item() for x in ri.tree.flatten(whole)[0]] == [1.0, 3.0]


def test_all_of_a_statistic_that_is_a_tree_is_a_statistic():
    @dataclass(frozen=True)
    class Both(nn.Layer):
        seen: dict = nn.statistic()

    params, statistics = nn.partition(
        Both({"sum": ri.tensor(1.0), "count": ri.tensor(2)})
    )

    assert ri.tree.names(params) == []
    assert ri.tree.names(statistics) == ["seen.sum", "seen.count"]


def test_parts_of_two_models_do_not_combine():
    params, _ = nn.partition(model())

    with pytest.raises(ri.TreeError, match="combine: two parts of one model"):
        nn.combine(params, params)
    with pytest.raises(ri.TreeError, match="combine: two parts of one model"):
        nn.combine(params, {"centred": None})


def test_training_returns_the_layer_of_the_next_step_and_leaves_this_one():
    before, x = model(), ri.tensor([2.0, 4.0])

    result, after = before.training(x)

    np.testing.assert_array_equal(result.numpy(), [0.0, 3.0])
    assert after.layers["centred"].mean.item() == 2.0
    assert before.layers["centred"].mean.item() == 1.0


def test_a_gradient_by_the_parameters_returns_statistics_as_well():
    def loss(params, statistics, x):
        result, after = nn.combine(params, statistics).training(x)
        return ri.sum(result), nn.partition(after)[1]

    params, statistics = nn.partition(model())
    (value, statistics), grads = ri.value_and_grad(loss, has_aux=True)(
        params, statistics, ri.tensor([2.0, 4.0])
    )

    assert (value.item(), grads.layers["centred"].scale.item()) == (3.0, 1.0)
    assert statistics.layers["centred"].mean.item() == 2.0


def test_the_same_step_runs_compiled():
    def step(model, x):
        result, after = model.training(x)
        return ri.sum(result), after

    eager, compiled = (
        function(model(), ri.tensor([2.0, 4.0]))
        for function in (step, ri.compile(step))
    )

    assert eager[0].item() == compiled[0].item()
    assert compiled[1].layers["centred"].mean.item() == 2.0


def test_a_residual_adds_what_comes_by_both_ways():
    x = ri.tensor([1.0, -2.0])

    assert nn.Residual(nn.Activation(ri.relu))(x).tolist() == [2.0, -2.0]
    both = nn.Residual(nn.Activation(ri.relu), shortcut=nn.Activation(ri.negative))
    assert both(x).tolist() == [0.0, 2.0]
    assert both.training(x)[0].tolist() == [0.0, 2.0]


def scopes(function, *args):
    return [scope.name for scope in ri.capture(function, *args).scopes]


def test_training_has_the_scopes_of_a_call():
    inner = nn.Sequential({"relu": nn.Activation(ri.relu)})
    block = nn.TransformerBlock.init(ri.random.key(0), 4, 2)
    x = ri.ones((1, 2, 4))

    for layer in (nn.Residual(inner, shortcut=inner), block):
        called = scopes(lambda layer, x: layer(x), layer, x)
        assert called == scopes(lambda layer, x: layer.training(x), layer, x)
        assert called


def test_a_sequence_of_layers_without_names_is_refused():
    with pytest.raises(TypeError, match="Sequential: a dict of named layers is needed"):
        nn.Sequential([nn.Activation(ri.relu)])


@dataclass(frozen=True)
class Net(nn.Layer):
    """A first model: a part, and a map that calls it."""

    part: object

    def __call__(self, x):
        return self.part(x)


DROP = nn.Dropout(0.9)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (DROP, "part: Dropout"),
        (nn.BatchNorm.init(3), "part: BatchNorm"),
        ([None, {"drop": DROP}], "part.1.drop: Dropout"),
        (nn.Sequential({"drop": DROP}), "part.layers.drop: Dropout"),
        (Net(nn.Residual(Net(DROP))), "part.part.body.part: Dropout"),
        (
            nn.TransformerBlock.init(ri.random.key(0), 4, 2, dropout=DROP),
            "part.attention.dropout: Dropout",
        ),
        (nn.Stacked([], dropout=DROP), "part.dropout: Dropout"),
    ],
)
def test_a_part_that_trains_differently_wants_a_training_around_it(part, message):
    with pytest.raises(TypeError, match=rf"Net: a part .* \({message}\); define"):
        Net(part).training(ri.ones((2, 3)), ri.random.key(0))


@pytest.mark.parametrize(
    "part",
    [
        nn.Sequential({"relu": nn.Activation(ri.relu)}),
        nn.Residual(nn.Linear.init(ri.random.key(0), 4, 4)),
        nn.TransformerBlock.init(ri.random.key(0), 4, 2),
        nn.GRU.init(ri.random.key(0), 4, 3),
        nn.Stacked([nn.LSTM.init(ri.random.key(0), 4, 3)]),
    ],
)
def test_parts_that_only_hand_training_on_need_none(part):
    net, x = Net(part), ri.ones((2, 3, 4))

    out, after = net.training(x)

    assert after is net
    called = ri.tree.flatten(net(x))[0]
    for one, other in zip(ri.tree.flatten(out)[0], called, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_training_may_be_defined_without_a_map_of_its_own():
    @dataclass(frozen=True)
    class Noisy(nn.Linear):
        def training(self, x, key=None):
            return self(x) + 1.0, self

    with pytest.raises(TypeError, match=r"\(part: Noisy\)"):
        Net(Noisy(ri.ones((3, 3)))).training(ri.ones((2, 3)))


def layers():
    """One of every kind, and the shape of its input."""
    keys = iter(ri.random.split(ri.random.key(0), 20))
    recurrent = [kind.init(next(keys), 4, 3) for kind in (nn.RNN, nn.LSTM, nn.GRU)]
    relu, sequence, image = nn.Activation(ri.relu), (2, 5, 4), (2, 4, 5, 5)
    return [
        (relu, (3,)),
        (nn.Sequential({"relu": relu}), (3,)),
        (nn.Residual(relu), (3,)),
        (nn.Linear.init(next(keys), 4, 3), (2, 4)),
        (nn.Embedding.init(next(keys), 4, 3, padding_index=1), (2, 3)),
        (nn.Dropout(), (2, 3)),
        (nn.Flatten(), (2, 3, 4)),
        (nn.Reshape((4, 3)), (2, 3, 4)),
        (nn.BatchNorm.init(4), image),
        (nn.LayerNorm.init(4), sequence),
        (nn.RMSNorm.init(4), sequence),
        (nn.GroupNorm.init(2, 4), image),
        (nn.Conv.init(next(keys), 4, 2, (2, 2)), image),
        (nn.Conv1d.init(next(keys), 5, 2, 2), sequence),
        (nn.Conv2d.init(next(keys), 4, 2, 2), image),
        (nn.ConvTranspose.init(next(keys), 4, 2, (2, 2)), image),
        (nn.ConvTranspose1d.init(next(keys), 5, 2, 2), sequence),
        (nn.ConvTranspose2d.init(next(keys), 4, 2, 2), image),
        (nn.MaxPool(2, ceil_mode=True), image),
        (nn.AvgPool(2, padding=1, ceil_mode=True), image),
        (nn.AdaptiveMaxPool(3), image),
        (nn.AdaptiveAvgPool(3), image),
        (nn.GlobalMaxPool(), image),
        (nn.GlobalAvgPool(), image),
        *((layer, sequence) for layer in recurrent),
        (nn.Stacked(recurrent[:1], nn.Dropout()), sequence),
        (nn.Bidirectional(*recurrent[:2]), sequence),
        (nn.MultiHeadAttention.init(next(keys), 4, 2), sequence),
        (nn.TransformerBlock.init(next(keys), 4, 2, dropout=nn.Dropout()), sequence),
    ]


def test_every_layer_computes_on_a_second_device(other_device):
    for layer, shape in layers():
        dtype = ri.int64 if isinstance(layer, nn.Embedding) else ri.float32
        layer = ri.tree.map(lambda x: x.to_device(other_device), layer)
        x = ri.ones(shape, dtype=dtype, device=other_device)
        key = ri.random.key(0, device=other_device)
        results = ri.tree.flatten((layer(x), layer.training(x, key)))[0]
        assert {out.device for out in results} == {other_device}, layer


def test_attention_reads_masks_and_caches_of_a_second_device(other_device):
    block, x = nn.TransformerBlock.init(ri.random.key(0), 4, 2), ri.ones((2, 3, 4))
    block, x = ri.tree.map(lambda x: x.to_device(other_device), (block, x))
    lengths = ri.tensor([1, 3], device=other_device)

    out, cache = block.step(x, block.attention.empty_cache(2, capacity=5))

    assert block(x, mask=nn.padding_mask(lengths, 3)).device is other_device
    assert out.device is cache.length.device is other_device


def test_no_layer_is_missing_among_every_kind():
    kinds = {getattr(nn, name) for name in nn.__all__}
    kinds = {k for k in kinds if isinstance(k, type) and issubclass(k, nn.Layer)}

    made = {type(layer) for layer, _ in layers()}
    assert kinds - made == {nn.Layer, nn.SequenceLayer, nn.Recurrent}


def test_a_layer_without_a_map_says_so():
    with pytest.raises(NotImplementedError, match="Layer: no map is defined"):
        nn.Layer()(ri.tensor(1.0))


def forgotten():
    """Classes that the decorator is missing above."""

    class Attributes(nn.Layer):
        def __init__(self):
            self.linear = nn.Linear.init(ri.random.key(0), 3, 2)

    class Fields(nn.Layer):
        linear: nn.Linear

    class Inherited(Fields):
        pass

    class More(nn.Linear):
        factor: "float" = 1.0

    return Attributes, Fields, Inherited, More


@pytest.mark.parametrize("kind", forgotten(), ids=lambda kind: kind.__name__)
def test_a_class_with_fields_that_is_no_dataclass_is_refused(kind):
    message = r": a layer is a frozen dataclass, .* put @dataclass\(frozen=True\) above"
    with pytest.raises(TypeError, match=message):
        kind()
    with pytest.raises(TypeError, match=message):
        kind(ri.ones((3, 2)))


def test_a_decorator_below_does_not_stand_for_one_that_is_missing():
    _, fields, *_ = forgotten()

    with pytest.raises(TypeError, match="Fields: a layer is a frozen dataclass"):
        dataclass(frozen=True)(type("Below", (fields,), {}))()


def test_a_class_without_fields_of_its_own_needs_no_decorator():
    class Doubled(nn.Linear):
        factor: ClassVar[float] = 2.0
        again: "ClassVar[float]" = 2.0

        def __call__(self, x):
            return super().__call__(x) * self.factor

    layer = Doubled.init(ri.random.key(0), 3, 2)

    assert ri.tree.names(layer) == ["weight", "bias"]
    assert type(copy.deepcopy(layer)) is Doubled
    assert type(ri.tree.map(lambda x: x, layer)) is Doubled


def test_a_function_among_layers_is_refused():
    with pytest.raises(TypeError, match=r"a must be a layer, .* `nn.Activation\(func"):
        nn.Sequential({"a": ri.relu})


@pytest.mark.parametrize(
    "after",
    [
        nn.Linear.init(ri.random.key(1), 3, 3),
        nn.LSTM.init(ri.random.key(1), 3, 3),
        nn.LayerNorm.init(3),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_pair_between_layers_is_named(after):
    layers = {"lstm": nn.LSTM.init(ri.random.key(0), 4, 3), "after": after}
    model, x = nn.Sequential(layers), ri.ones((2, 5, 4))

    for function in (model, model.training, model.activations):
        with pytest.raises(TypeError, match="after needs a tensor, and a tuple came"):
            function(x)


def test_a_layer_may_read_a_pair():
    class Outputs(nn.Layer):
        def __call__(self, x):
            return x[0]

    lstm = nn.LSTM.init(ri.random.key(0), 4, 3)
    model, x = nn.Sequential({"lstm": lstm, "ys": Outputs()}), ri.ones((2, 5, 4))

    np.testing.assert_array_equal(model(x).numpy(), lstm(x)[0].numpy())


def test_errors_of_a_layer_that_got_a_tensor_are_its_own():
    model = nn.Sequential({"a": nn.Linear(ri.ones((3, 2)))})

    with pytest.raises(ri.ShapeError, match=r"^matmul: inner sizes differ"):
        model(ri.ones((2, 4)))
