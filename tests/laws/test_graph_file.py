"""Every op survives being written down: in a file, and as Python text."""

import runpy

import reference_impl as ri
from reference_impl.core import tree


def assert_equal_bits(came, needed):
    assert (came.shape, came.dtype) == (needed.shape, needed.dtype)
    assert came.numpy().tobytes() == needed.numpy().tobytes()


def test_a_loaded_graph_has_the_bits_of_the_saved_one(sample, tmp_path):
    graph = ri.capture(sample.apply, sample.tensors)
    ri.save_graph(graph, tmp_path / "graph")

    loaded = ri.load_graph(tmp_path / "graph")

    inputs = sample.tensors
    tree.map(assert_equal_bits, loaded.apply(*inputs), graph.apply(*inputs))
    assert loaded.show() == graph.show()


def test_the_source_of_a_graph_has_the_bits_of_the_graph(sample, tmp_path):
    graph = ri.capture(sample.apply, sample.tensors)
    (tmp_path / "module.py").write_text(ri.source(graph))

    function = runpy.run_path(str(tmp_path / "module.py"))["apply"]

    inputs = sample.tensors
    tree.map(assert_equal_bits, function(*inputs), graph.apply(*inputs))
