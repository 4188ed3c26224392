import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.explain import text as text_module
from reference_impl.core.explain.numerals import count, decimal, shortened
from reference_impl.core.explain.text import WIDTH, unbroken

CASES = ["training", "loop", "library", "nothing"]


@pytest.fixture(params=CASES)
def case(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("measure", [False, True])
def test_no_line_is_wider_than_a_terminal(case, measure):
    compiled, args = case

    text = str(compiled.explain(*args, measure=measure))

    assert max(map(len, text.splitlines())) <= WIDTH
    assert text.isascii()


def test_a_wide_graph_is_cut_at_the_edge():
    name = "a_rather_long_name_of_a_parameter" * 4
    compiled = ri.compile(lambda params: params[name] * 2.0)

    text = str(compiled.explain({name: np.ones(3, np.float32)}))

    assert max(map(len, text.splitlines())) == WIDTH


def test_a_long_graph_is_cut_and_says_where_the_rest_is():
    def chain(x):
        for _ in range(100):
            x = ri.sin(x)
        return x

    explanation = ri.compile(chain).explain(np.ones(3, np.float32))

    assert "more lines in `.graph`" in explanation.text()
    assert len(explanation.graph.nodes()) == 100


def test_of_many_inputs_the_first_are_told_and_all_nodes_are():
    params = {f"p{i}": np.ones(2, np.float32) for i in range(30)}

    text = ri.compile(lambda p: {k: x * 2.0 for k, x in p.items()}).explain(params)

    assert "more lines in `.graph.inputs`" in str(text)
    assert "p29: float32" not in str(text)
    assert str(text).count("multiply(") == 30


def test_what_a_pass_changed_is_broken_between_items():
    summary = "-46 broadcast_to, +5 multiply: a, b"

    shown = unbroken(summary).replace("\N{NO-BREAK SPACE}", "_")

    assert shown == "-46_broadcast_to, +5_multiply: a, b"


def test_a_tree_that_lies_where_another_lay_takes_one_line(training):
    compiled, args = training

    assert "  1 in that of params (3 arrays)" in compiled.explain(*args).text()


def test_sources_that_are_too_many_are_files(training, monkeypatch):
    monkeypatch.setattr(text_module, "MOST_SOURCES", 1)
    compiled, args = training
    explanation = compiled.explain(*args)

    text = explanation.text()

    pythons = [x for x in explanation.sources if x.source.language == "python"]
    assert sum(f"def {x.source.name}(" in text for x in pythons) <= 1
    for each in explanation.sources:
        assert str(each.path)[:80] in text


def test_the_sections_stand_in_order(training):
    compiled, args = training
    text = compiled.explain(*args, measure=True).text()

    titles = ["GRAPH", "PASSES", "KERNELS", "TIMES", "SOURCES", "MEMORY"]
    places = [text.index(title) for title in titles]
    assert places == sorted(places)


def test_sources_can_be_left_out(training):
    compiled, args = training
    explanation = compiled.explain(*args)

    assert "SOURCES" not in explanation.text(sources=False)
    for each in explanation.sources:
        assert str(each.path)[:80] in explanation.text()


def test_numbers_are_those_of_the_parts(training):
    compiled, args = training
    explanation = compiled.explain(*args)
    text = explanation.text()

    assert f"{explanation.memory.arena_bytes:,} B" in text
    assert f"{explanation.memory.ratio:.3f}" in text
    for each in explanation.kernels:
        assert f"group {each.number}: {each.units:,} unit" in text
        for launch in each.launches:
            assert any(
                line.split()[:1] == [shortened(launch.name, 48)]
                and f" {count(launch.work.operations)} " in line
                and line.endswith(f" {decimal(launch.work.intensity)}")
                for line in text.splitlines()
            )


def test_the_table_of_buffers_has_every_buffer(training):
    compiled, args = training
    explanation = compiled.explain(*args)
    text = explanation.text()

    for each in explanation.memory.rectangles:
        life = each.lifetime
        start = [str(each.offset), str(life.nbytes), f"{life.first}-{life.last}"]
        assert any(line.split()[:3] == start for line in text.splitlines())


def test_a_library_and_a_loop_are_called_so(library, loop):
    compiled, args = library
    assert "eigh, by a library" in str(compiled.explain(*args))
    assert "since eigh has no kernel" in str(compiled.explain(*args))
    assert "since eigh has no kernel" in compiled.explain(*args).html()
    compiled, args = loop
    assert "loop 1, 7 iterations" in str(compiled.explain(*args))


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1024, "1.02 k"), (524288, "524 k"), (2.9e9, "2.90 G")],
)
def test_counts_have_three_digits(number, text):
    assert count(number) == text


def test_a_shortened_name_keeps_what_tells_it_from_others():
    name = "add_multiply_subtract_0123456789"

    assert shortened(name, 26) == "add_multiply..._0123456789"
    assert shortened(name, 32) == name
