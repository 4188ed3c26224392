"""Named scopes belong to the capture in progress, and to nothing else."""

import threading

import pytest

import reference_impl as ri
from reference_impl.core.errors import CaptureError
from reference_impl.core.scope import current_record

X = ri.tensor([1.0, 2.0])


def layered(x):
    with ri.scope("encoder"):
        x = ri.exp(x)
        with ri.scope("layer0"):
            x = x * 2.0
        x = x + 1.0
    return -x


def places(graph):
    names = graph.scope_names()
    return {node.op.name: names.get(node.serial) for node in graph.nodes()}


LAYERED = {
    "exp": "encoder",
    "multiply": "encoder/layer0",
    "add": "encoder",
    "negative": None,
}


def test_a_node_belongs_to_the_innermost_scope_in_which_it_was_made():
    assert places(ri.capture(layered, X)) == LAYERED


def test_eagerly_a_scope_records_nothing_and_changes_nothing():
    with ri.scope("encoder"):
        assert current_record() is None
        assert ri.exp(X).op is None


def test_a_scope_ends_when_an_error_leaves_it():
    def function(x):
        with pytest.raises(KeyError), ri.scope("broken"):
            raise KeyError
        return ri.exp(x)

    assert places(ri.capture(function, X)) == {"exp": None}


def test_a_failed_capture_leaves_no_record():
    with pytest.raises(ZeroDivisionError):
        ri.capture(lambda x: 1 / 0, X)

    assert current_record() is None


def test_a_compiled_function_keeps_its_scopes_inside_of_another_capture():
    inner = ri.compile(layered)

    def outer(x):
        with ri.scope("outer"):
            return inner(x)

    assert places(ri.capture(outer, X)) == {
        name: f"outer/{place}" if place else "outer" for name, place in LAYERED.items()
    }


def test_a_nested_capture_has_scopes_of_its_own():
    graphs = []

    def outer(x):
        with ri.scope("outer"):
            graphs.append(ri.capture(layered, x))
            return ri.exp(x)

    assert places(ri.capture(outer, X)) == {"exp": "outer"}
    assert places(graphs[0]) == LAYERED


def test_another_thread_does_not_write_into_a_capture():
    def elsewhere():
        with ri.scope("elsewhere"):
            ri.exp(X)

    def function(x):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return ri.exp(x)

    assert ri.capture(function, X).scopes == ()


@pytest.mark.parametrize("name", ["", "/", None, 3])
def test_a_scope_needs_a_name(name):
    with pytest.raises(CaptureError, match="scope: a name is needed"), ri.scope(name):
        pass
