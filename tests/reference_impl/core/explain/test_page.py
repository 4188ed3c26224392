"""The page is read by an XML parser, which is stricter than one of HTML."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import reference_impl as ri

CASES = ["training", "loop", "library", "nothing"]


@pytest.fixture(params=CASES)
def case(request):
    return request.getfixturevalue(request.param)


def page_of(compiled, args, **options):
    html = compiled.explain(*args, **options).html()
    assert html.startswith("<!DOCTYPE html>\n")
    return html, ElementTree.fromstring(html)


@pytest.mark.parametrize("measure", [False, True])
def test_the_page_is_well_formed_and_reads_nothing_else(case, measure):
    html, page = page_of(*case, measure=measure)

    assert "http" not in html
    assert "url(" not in html
    assert "@import" not in html
    assert not {"script", "link", "img", "iframe"} & {x.tag for x in page.iter()}
    assert all(x.get("src") is None for x in page.iter())


def test_every_link_leads_to_one_place_on_the_page(case):
    _, page = page_of(*case)

    names = [x.get("id") for x in page.iter() if x.get("id")]
    links = {x.get("href") for x in page.iter("a")}
    assert len(names) == len(set(names))
    assert links <= {f"#{name}" for name in names}


def test_the_contents_name_every_section(training):
    _, page = page_of(*training)

    links = [x.get("href")[1:] for x in page.find(".//nav").iter("a")]
    assert links == [x.get("id") for x in page.iter("section")]


def test_every_group_with_operations_is_a_dot_that_keys_reach(training):
    compiled, args = training
    explanation = compiled.explain(*args, measure=True)
    page = ElementTree.fromstring(explanation.html())

    dots = [x for x in page.iter("circle") if x.get("class") == "dot"]
    wanted = [x for x in explanation.kernels if x.work.operations]
    assert len(dots) == len(wanted)
    assert all(x.get("tabindex") == "0" for x in dots)
    told = " ".join(x.get("aria-label") for x in dots)
    for each in wanted:
        assert f"group {each.number}: " in told


def test_dots_are_inside_of_the_plot(training, library):
    for case in (training, library):
        _, page = page_of(*case, measure=True)
        for dot in page.iter("circle"):
            assert 84 <= float(dot.get("cx")) <= 936
            assert 24 <= float(dot.get("cy")) <= 414


def test_an_imagined_machine_is_called_so(training):
    compiled, args = training

    assert "imagined" in compiled.explain(*args).html()
    assert "imagined" not in compiled.explain(*args, measure=True).html()


def test_every_source_is_on_the_page(training):
    compiled, args = training
    explanation = compiled.explain(*args)
    page = ElementTree.fromstring(explanation.html())

    texts = {x.get("id"): x.text for x in page.iter("pre")}
    for each in explanation.sources:
        assert texts[each.source.name] == each.source.text


def test_names_are_text_and_no_markup():
    name = '<b title="x">&amp;'
    compiled = ri.compile(lambda params: {name: ri.sum(params[name])})

    html, page = page_of(compiled, ({name: np.ones(3, np.float32)},))

    assert "<b" not in re.sub("<b(ody|r)", "", html)
    assert any(name in (x.text or "") for x in page.iter())


def test_a_small_graph_is_drawn_and_a_large_one_is_listed():
    def chain(length):
        def function(x):
            for _ in range(length):
                x = ri.sin(x)
            return x

        _, page = page_of(ri.compile(function), (np.ones(3, np.float32),))
        section = page.find(".//section[@id='graph-before']")
        return len(list(section.iter("rect"))), len(list(section.iter("li")))

    assert chain(80) == (82, 82)  # with the input and the result
    assert chain(81) == (0, 83)


def test_the_page_is_written_to_a_file(training, tmp_path):
    compiled, args = training
    explanation = compiled.explain(*args)

    explanation.save(tmp_path / "page.html")

    assert (tmp_path / "page.html").read_text(encoding="utf-8") == explanation.html()
