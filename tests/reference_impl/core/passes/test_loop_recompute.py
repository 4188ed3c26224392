"""Recomputation in loops: equal bits, fewer sequences, nothing that is not free."""

import numpy as np
import pytest
from passes_checks import arrays_of, assert_same_bits, ops

import reference_impl as ri
from reference_impl import nn
from reference_impl.core.passes import AFTERWARDS, optimise
from reference_impl.core.passes.fusion import fuse
from reference_impl.core.passes.liveness import peak_bytes
from reference_impl.core.passes.loop_recompute import loop_recompute

T, D = 32, 8192


def scans(graph):
    return [node for node in graph.nodes() if node.op.name == "scan"]


def exps(graph):
    """How often each loop takes an exponential."""
    return [ops(node.attrs["body"]).get("exp", 0) for node in scans(graph)]


def there_and_back(first, second, *, reverse=True, size=D, read=lambda *seqs: ()):
    """A loop that makes sequences and one that reads them, before and after the pass.

    `read` makes further results of the sequences.
    """

    def function(xs):
        zero = ri.zeros(size)
        last, seqs = ri.scan(first, zero, xs)
        total, _ = ri.scan(second, last, seqs, reverse=reverse)
        return total, read(*seqs)

    graph = ri.capture(function, ri.zeros((T, size)))
    before = optimise(graph, afterwards=())
    return before, loop_recompute(before)


def forward(c, x):
    s = ri.sin(c + x)
    return c * 0.5 + x, (s, ri.exp(s))


def backward(c, seqs):
    s, e = seqs
    return c * s + e, ()


@pytest.mark.parametrize("reverse", [True, False])
def test_a_sequence_that_another_one_makes_is_made_where_it_is_read(reverse):
    before, after = there_and_back(forward, backward, reverse=reverse)

    assert_same_bits(before, after)
    assert_same_bits(before, fuse(after))
    assert exps(before) == [1, 0]
    assert exps(after) == [0, 1]
    assert peak_bytes(before) - peak_bytes(after) == 4 * T * D


def test_a_step_of_training_of_an_lstm_keeps_a_sequence_less():
    model = nn.LSTM.init(ri.random.key(0), 8, 64)
    x = ri.tensor(np.random.default_rng(0).normal(size=(32, 24, 8)).astype(np.float32))

    def loss(model, x):
        return ri.sum(model(x)[0][:, -1])

    graph = ri.capture(ri.grad(loss), model, x)
    before = optimise(graph, afterwards=())
    after = loop_recompute(before)

    assert_same_bits(before, after, arrays_of(model, x))
    assert peak_bytes(before) - peak_bytes(after) == 4 * 32 * 24 * 64
    assert ops(after)["matmul"] == ops(before)["matmul"]
    assert loop_recompute(after) is after


def forward_in_halves(c, x):
    s = ri.sin(c + x)
    return c * 0.5 + x, (s, ri.exp(s.astype("bfloat16")).astype("float32"))


def forward_by_sums(c, x):
    s = ri.sin(c + x)
    return c * 0.5 + x, (s, ri.exp(s) / ri.sum(s))


def forward_from_what_is_gone(c, x):
    return c * 0.5 + x, (ri.sin(c + x), ri.exp(c * x))


@pytest.mark.parametrize(
    "first", [forward_in_halves, forward_by_sums, forward_from_what_is_gone]
)
def test_what_is_not_made_of_single_elements_that_are_there_stays(first):
    before, after = there_and_back(first, backward)

    assert after is before


def test_what_is_read_elsewhere_stays():
    before, after = there_and_back(forward, backward, read=lambda s, e: e)
    assert after is before

    before, after = there_and_back(forward, backward, read=lambda s, e: ri.sum(e))
    assert after is before


def test_what_no_walk_reads_stays():
    def sorting(c, seqs):
        s, e = seqs
        return c * s + ri.sort(e), ()

    before, after = there_and_back(forward, sorting)

    assert after is before


def test_what_stays_in_a_cache_stays():
    before, after = there_and_back(forward, backward, size=8)

    assert after is before


def test_it_is_done_after_all_that_would_undo_it():
    assert AFTERWARDS[0] is loop_recompute


def test_a_graph_is_needed():
    with pytest.raises(ri.CaptureError, match=r"^loop_recompute: a graph is needed"):
        loop_recompute(forward)
