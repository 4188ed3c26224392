"""All passes together, on random programs and on steps of training."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from passes_checks import (
    arrays_of,
    assert_close,
    assert_same_bits,
    captured,
    ops,
    run,
    special,
    training_step,
)
from random_graphs import programs

import reference_impl as ri
from reference_impl import nn, optim
from reference_impl.core.cost import operations
from reference_impl.core.errors import CaptureError
from reference_impl.core.graph import Graph
from reference_impl.core.passes import MOST_ROUNDS, PASSES, optimise
from reference_impl.core.passes.simplify import simplify

# Of a training step in float64, of the largest element of a parameter or state.
STEP = 1e-12


@settings(max_examples=100, deadline=None)
@given(programs())
def test_an_optimised_program_computes_what_it_does_eagerly(program):
    arguments = program.arguments()
    graph = ri.capture(program, *arguments)
    after = optimise(graph)

    arrays = [x.numpy() for x in arguments]
    for came, needed in zip(run(after, arrays), program(*arguments), strict=True):
        np.testing.assert_allclose(came, needed, rtol=STEP, atol=STEP)
    assert_close(graph, after, special(graph))
    assert optimise(after).reports == ()


@settings(max_examples=30, deadline=None)
@given(programs())
def test_an_optimised_program_is_saved_and_loaded(tmp_path_factory, program):
    graph = optimise(ri.capture(program, *program.arguments()))
    path = tmp_path_factory.mktemp("graphs") / "program.graph"

    ri.save_graph(graph, path)

    assert_same_bits(graph, ri.load_graph(path))


def key():
    return ri.random.key(0)


def classifier(model, loss=nn.cross_entropy):
    return lambda model, x, y: loss(model(x), y)


def mlp():
    layers = {
        "first": nn.Linear.init(key(), 6, 5, dtype=ri.float64),
        "relu": nn.Activation(ri.relu),
        "second": nn.Linear.init(key(), 5, 3, dtype=ri.float64),
    }
    model = nn.Sequential(layers)
    return classifier(model), optim.sgd(lr=0.1, momentum=0.9), model, (4, 6)


def lenet():
    layers = {
        "conv": nn.Conv2d.init(key(), 1, 2, 3, padding=1, dtype=ri.float64),
        "relu": nn.Activation(ri.relu),
        "pool": nn.MaxPool(2),
        "flatten": nn.Flatten(),
        "output": nn.Linear.init(key(), 32, 3, dtype=ri.float64),
    }
    model = nn.Sequential(layers)
    return classifier(model), optim.sgd(lr=0.1), model, (4, 1, 8, 8)


def resnet():
    body = {
        "conv": nn.Conv2d.init(key(), 2, 2, 3, padding=1, dtype=ri.float64),
        "norm": nn.BatchNorm.init(2, dtype=ri.float64, has_statistics=False),
    }
    layers = {
        "block": nn.Residual(nn.Sequential(body)),
        "relu": nn.Activation(ri.relu),
        "pool": nn.GlobalAvgPool(),
        "output": nn.Linear.init(key(), 2, 3, dtype=ri.float64),
    }
    model = nn.Sequential(layers)
    return classifier(model), optim.adam(lr=0.1), model, (4, 2, 6, 6)


def lstm():
    model = {
        "lstm": nn.LSTM.init(key(), 3, 4, dtype=ri.float64),
        "output": nn.Linear.init(key(), 4, 3, dtype=ri.float64),
    }

    def loss(model, x, y):
        return nn.cross_entropy(model["output"](model["lstm"](x)[0][:, -1]), y)

    return loss, optim.adam(lr=0.1), model, (4, 5, 3)


def gpt():
    model = {
        "block": nn.TransformerBlock.init(key(), 8, 2, dtype=ri.float64),
        "output": nn.Linear.init(key(), 8, 3, dtype=ri.float64),
    }

    def loss(model, x, y):
        return nn.cross_entropy(model["output"](model["block"](x)[:, 0]), y)

    return loss, optim.adam(lr=0.1), model, (4, 5, 8)


@pytest.fixture(params=[mlp, lenet, resnet, lstm, gpt], ids=lambda f: f.__name__)
def training(request):
    """The graph of a step of training, and its arguments as arrays."""
    loss, optimiser, model, shape = request.param()
    rng = np.random.default_rng(0)
    data = ri.tensor(rng.normal(size=shape)), ri.tensor(rng.integers(3, size=4))
    step, first = training_step(loss, optimiser, model)
    return ri.capture(step, *first, *data), arrays_of(*first, *data)


def test_an_optimised_step_of_training_does_the_same_in_fewer_nodes(training):
    graph, arrays = training
    after = optimise(graph)

    assert_close(graph, after, arrays, tolerance=STEP)
    assert sum(ops(after).values()) < sum(ops(graph).values()) + 40  # expanded means
    assert operations(after) < 1.02 * operations(graph)
    assert after.input_names == graph.input_names
    assert after.output_names == graph.output_names


def test_an_optimised_step_of_training_is_saved_and_runs_elsewhere(training, tmp_path):
    graph, arrays = training
    after = optimise(graph)

    ri.save_graph(after, tmp_path / "step.graph")

    assert_same_bits(after, ri.load_graph(tmp_path / "step.graph"), arrays)


def test_every_pass_that_did_something_is_reported(training):
    graph, _ = training
    reports = optimise(graph).reports

    assert reports[0].name == "simplify"
    assert all(report.summary for report in reports)
    for before, after in itertools.pairwise(reports):
        assert after.nodes_before == before.nodes_after


def test_passes_are_applied_in_their_order_until_none_finds_anything_to_do():
    order = []

    def watched(each):
        def watching(graph):
            order.append(each.__name__)
            return each(graph)

        return watching

    graph = captured(lambda x: -(ri.negative(x)) * 1.0 + 1.0, (3,))
    optimise(graph, [watched(each) for each in PASSES])

    names = [each.__name__ for each in PASSES]
    assert order == [*names, names[0]]


def test_passes_that_never_agree_are_stopped():
    def growing(graph):
        (out,) = graph.outputs
        more = ri.core.passes.rewrite.made("negative", out)
        return Graph(**{**vars(graph), "outputs": (more,)})

    after = optimise(captured(lambda x: x + 1.0, (3,)), [growing])

    assert len(after.reports) == MOST_ROUNDS
    assert ops(after) == {"add": 1, "negative": MOST_ROUNDS}


def test_without_passes_a_graph_stays_as_it_is():
    graph = captured(lambda x: x * 1.0, (3,))

    assert optimise(graph, []).outputs is graph.outputs
    assert optimise(graph, []).reports == ()


def test_what_is_no_graph_is_refused():
    with pytest.raises(
        CaptureError, match="optimise: a graph is needed, function came"
    ):
        optimise(lambda x: x)


def test_what_undoes_passes_is_done_once_afterwards():
    def undoing(graph):
        (out,) = graph.outputs
        more = ri.core.passes.rewrite.made("identity", out)
        return Graph(**{**vars(graph), "outputs": (more,)})

    graph = captured(lambda x: x * 1.0 + 1.0, (3,))
    after = optimise(graph, afterwards=[undoing])

    assert ops(after) == {"add": 1, "identity": 1}
    assert [report.name for report in after.reports] == ["simplify", "undoing"]
    with pytest.raises(CaptureError, match="sequence of functions"):
        optimise(graph, afterwards="simplify")


@pytest.mark.parametrize("passes", [simplify, [simplify, "dead_code"], None])
def test_what_are_no_passes_is_refused(passes):
    graph = captured(lambda x: x * 1.0, (3,))

    with pytest.raises(CaptureError, match="sequence of functions from graph to graph"):
        optimise(graph, passes)


def test_a_pass_that_makes_no_graph_is_named():
    def broken(graph):
        return None

    with pytest.raises(CaptureError, match="optimise: broken: a graph is needed"):
        optimise(captured(lambda x: x * 1.0, (3,)), [broken])


def test_a_pass_that_changes_the_ends_of_a_graph_is_named():
    other = captured(lambda y: y * 1.0, (4,))

    def broken(graph):
        return other

    with pytest.raises(CaptureError, match="broken must keep inputs and outputs"):
        optimise(captured(lambda x: x * 1.0, (3,)), [broken])


def test_a_graph_whose_outputs_are_inputs_and_constants_stays():
    graph = captured(lambda x: {"x": x, "one": 1.0}, (3,))

    assert_same_bits(graph, optimise(graph))


def test_optimise_is_public():
    assert ri.optimise is optimise
