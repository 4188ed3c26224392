"""Drawings of a graph hold together: every arrow has two boxes, every frame an end."""

import re
import shutil
import subprocess

import numpy as np
import pytest

import reference_impl as ri

X = ri.ones((2, 3))
WEIGHT = ri.tensor(np.arange(6.0, dtype=np.float32).reshape(2, 3))


def model(flag, x):
    with ri.scope("encoder"):
        with ri.scope('layer "0"'):
            x = ri.exp(x) * WEIGHT
        x = ri.cond(flag, ri.exp, ri.negative, x)
    return {"h": x, 'a "b" <c>\\': ri.sum(x), "one": 1.0}


GRAPH = ri.capture(model, ri.tensor(True), X)
MERMAID_BOX = re.compile(r'^ +(n\d+)([\[({]+)"([^"]*)"[\])}]+:::(\w+)$', re.M)
DOT_BOX = re.compile(r'^ +(n\d+) \[label="((?:[^"\\]|\\.)*)", [^\]]*\];$', re.M)


BOXES = {"mermaid": MERMAID_BOX, "dot": DOT_BOX}


@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_arrows_run_between_boxes_and_every_output_is_reached(form):
    text = GRAPH.show(form)
    boxes = [match[1] for match in BOXES[form].finditer(text)]
    arrows = re.findall(r"^ +(n\d+) (?:-->|-\.->|->) (n\d+)", text, re.M)

    assert len(arrows) >= len(GRAPH.nodes())
    assert {end for pair in arrows for end in pair} <= set(boxes)
    assert len(boxes) == len(set(boxes))


def test_mermaid_tells_kinds_apart_and_closes_its_frames():
    text = GRAPH.show("mermaid")
    kinds = [match[4] for match in MERMAID_BOX.finditer(text)]

    assert text.startswith("flowchart TD\n")
    assert text.count("subgraph ") == len(re.findall(r"^ +end$", text, re.M)) == 4
    assert kinds.count("input") == 2 + 2  # and those of the two branches
    assert kinds.count("constant") == 1
    assert kinds.count("output") == 3 + 2
    assert {f"classDef {kind} " in text for kind in kinds} == {True}


def test_mermaid_writes_what_is_more_than_text_by_its_number():
    text = GRAPH.show("mermaid")

    assert '["layer #34;0#34;"]' in text
    assert "a #34;b#34; #60;c#62;#92;" in text


def test_dot_escapes_and_balances():
    text = GRAPH.show("dot")
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)

    assert '"' not in bare
    assert bare.count("{") == bare.count("}") == 5
    assert r'label="layer \"0\""' in text
    assert r"a \"b\" <c>\\" in text


def test_a_number_is_written_where_it_is_read():
    text = ri.capture(lambda x: x * 2.0, X).show("dot")

    assert "%0 = multiply(x, 2.0)" in text
    assert "note" not in text


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_the_drawing():
    subprocess.run(["dot", "-Tsvg"], input=GRAPH.show("dot").encode(), check=True)
