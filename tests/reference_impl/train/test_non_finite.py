import dataclasses
import re
from dataclasses import dataclass

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import data, nn, optim, train

both = pytest.mark.parametrize("compiled", [False, True])


@dataclass(frozen=True)
class Map(nn.Layer):
    """A function of a parameter and the input."""

    weight: ri.Tensor
    function: object = nn.static()
    seen: ri.Tensor = nn.statistic(default=None)

    def __call__(self, x):
        return self.function(self.weight, x)


def fit(
    function, *, steps=9, x=None, y=None, lr=0.1, weight=1.0, compiled=False, **options
):
    x = np.ones((4, 2), np.float32) if x is None else x
    y = np.zeros((4, 2), np.float32) if y is None else y
    model = nn.Sequential(
        {
            "first": Map(ri.tensor([1.0, 1.0]), ri.multiply),
            "second": Map(ri.tensor([weight, 1.0]), function),
            "third": nn.Activation(ri.exp),
        }
    )
    return train.fit(
        model,
        nn.mean_squared_error,
        optim.sgd(lr=lr),
        data.Loader((x, y), batch_size=2),
        steps=steps,
        compiled=compiled,
        **options,
    )


def raised(*args, **options):
    with np.errstate(all="ignore"), pytest.raises(ri.NonFiniteError) as caught:
        fit(*args, **options)
    return str(caught.value)


@both
def test_the_batch_is_named_first(compiled):
    x = np.ones((4, 2), np.float32)
    x[3, 1] = np.inf

    assert raised(ri.multiply, x=x, compiled=compiled) == (
        "fit: the loss of step 2 is inf (batch 1 of epoch 0); the first tensor that is "
        "not finite is x"
    )
    assert raised(ri.multiply, y=x).endswith("is y")


def test_a_parameter_that_was_given_is_named():
    message = raised(ri.multiply, weight=np.nan)

    assert "loss of step 1 is nan (batch 0 of epoch 0)" in message
    assert message.endswith("is params.layers.second.weight")


@both
def test_a_layer_is_named_by_its_scope_with_the_op(compiled):
    message = raised(lambda w, x: ri.log(w * x - 1.0), compiled=compiled)

    # The last layer makes zeros of minus infinity, and the loss is finite.
    assert "is params." not in message
    message = raised(lambda w, x: ri.sqrt(w * x - 2.0), compiled=compiled)
    assert message.endswith("is second, where sqrt makes float32[2, 2]")


def test_infinities_that_do_not_reach_the_loss_are_not_blamed():
    def masked(w, x):
        hidden = ri.where(x > 0, x, -np.inf) * w
        scores = ri.where(ri.tensor([True, False]), hidden, -np.inf)
        return 1e30 * ri.softmax(scores)

    message = raised(masked)

    assert message.endswith("is third, where exp makes float32[2, 2]")


def test_the_loss_itself_is_named():
    x = np.full((4, 2), 60.0, np.float32)  # exp(60) is finite, its square is not

    assert raised(ri.multiply, x=x).endswith(
        "is the loss, where multiply makes float32[2, 2]"
    )


@both
def test_a_gradient_of_the_step_before_is_named(compiled):
    # sqrt has the slope infinity at 0, where its value is finite.
    message = raised(lambda w, x: ri.sqrt(w * x - 1.0), compiled=compiled)

    assert "the loss of step 2 is" in message
    assert message.endswith("is gradient.layers.second.weight of step 1")


def test_an_update_of_the_step_before_is_named():
    message = raised(ri.multiply, lr=1e39)

    assert message.endswith("is updated.layers.first.weight of step 1")


@both
def test_parameters_that_are_not_finite_are_neither_kept_nor_returned(
    tmp_path, compiled
):
    def root(w, x):  # its slope is infinite where the input, in the fourth row, is 1
        return ri.sqrt(w * x - 1.0)

    x = np.full((4, 2), 1.5, np.float32)
    x[3] = 1.0
    message = (
        "fit: after step 2, params.layers.first.weight is not finite; the first tensor "
        "of this step that is not finite is gradient.layers.second.weight"
    )
    keeper = train.Checkpoint(tmp_path, every=1)

    options = {"x": x, "lr": 0.0, "compiled": compiled}
    assert raised(root, callbacks=[keeper], **options) == message
    assert [p.name for p in train.checkpoints(tmp_path)] == [
        "step-00000001.safetensors"
    ]
    assert raised(root, steps=2, **options) == message


def test_a_statistic_is_named():
    model = Map(ri.tensor(1.0), ri.multiply, seen=ri.tensor(np.nan))
    state = train.State.init(model, optim.sgd(lr=0.1))
    x = ri.ones((2, 2))

    name = train.first_non_finite(nn.mean_squared_error, optim.sgd(lr=0.1), state, x, x)

    assert name == "statistics.seen"


def test_nothing_is_named_where_all_is_finite(run):
    optimiser = optim.sgd(lr=0.1, momentum=0.9)
    state = train.State.init(run.model(), optimiser, ri.random.key(0))
    x, y = map(ri.tensor, next(iter(run.loader().epoch(0))))

    assert train.first_non_finite(nn.cross_entropy, optimiser, state, x, y) is None
    x = x.numpy() * np.nan
    assert train.first_non_finite(nn.cross_entropy, optimiser, state, x, y) == "x"


def test_a_checkpoint_before_it_is_left(tmp_path):
    x = np.ones((4, 2), np.float32)
    x[3] = np.nan

    raised(ri.multiply, x=x, callbacks=[train.Checkpoint(tmp_path, every=1)])

    assert [p.name for p in train.checkpoints(tmp_path)] == [
        "step-00000001.safetensors"
    ]


def test_ops_with_several_results_are_looked_at():
    # The logarithm of the determinant of zeros is minus infinity.
    message = raised(lambda w, x: ri.stop_gradient(x - ri.slogdet(w * x - 1.0)[1]))

    assert re.search(r"is second, where _?slogdet makes float32", message)


@dataclass(frozen=True)
class Squares(nn.Layer):
    """Adds up the squares of what it is given, of which the loss knows nothing."""

    weight: ri.Tensor
    total: ri.Tensor = nn.statistic()

    def __call__(self, x):
        return self.weight * x

    def training(self, x, key=None):
        after = dataclasses.replace(self, total=self.total + ri.sum(x * x))
        return self(x), after


def unseen(optimiser, x, scale=1e-10, **options):
    """The message of a training whose losses are finite."""
    loader = data.Loader((x, np.zeros_like(x)), batch_size=2)
    model = Squares(ri.tensor([1.0, 1.0]), total=ri.tensor(0.0))

    def loss(prediction, y):
        return scale * ri.sum(ri.abs(prediction))

    with np.errstate(all="ignore"), pytest.raises(ri.NonFiniteError) as caught:
        train.fit(model, loss, optimiser, loader, **options)
    return str(caught.value)


@both
def test_statistics_that_are_not_finite_are_neither_kept_nor_returned(
    tmp_path, compiled
):
    x = np.ones((4, 2), np.float32)
    x[2:] = 1e20  # its square is infinite
    message = (
        "fit: after step 2, statistics.total is not finite; the first tensor of this "
        "step that is not finite is statistics.total"
    )
    keeper = train.Checkpoint(tmp_path, every=1)

    options = {"compiled": compiled, "steps": 2}
    assert unseen(optim.sgd(lr=0.1), x, callbacks=[keeper], **options) == message
    assert [p.name for p in train.checkpoints(tmp_path)] == [
        "step-00000001.safetensors"
    ]
    assert unseen(optim.sgd(lr=0.1), x, **options) == message


def test_a_state_of_the_optimiser_that_is_not_finite_is_not_returned():
    # The gradient is 2e22; its square is infinite, and Adam divides by its root.
    x = np.full((2, 2), 1e18, np.float32)

    message = unseen(optim.adam(), x, scale=1e4, steps=1)

    assert re.search(r"after step 1, optimiser\..* is not finite", message)
