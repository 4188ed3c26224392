"""The page as text: what is in it, whatever a framework has said."""

import base64
import hashlib
import json
import math
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from comparison_documents import (
    COSTS,
    ERRORS,
    ONCE,
    document,
    empty,
    everything,
    row,
)

from adapters.contract import FRAMEWORKS, MODES
from adapters.zoo import MODELS
from workbench import units
from workbench.gates import GATES
from workbench.report.data import finite
from workbench.report.entries import anchors
from workbench.report.page import html

HOSTILE = (
    "</script><script>alert('1')</script>\n<img src=x onerror=alert(2)> & \"{{ 7*7 }}\""
)


class Page(HTMLParser):
    """What tests ask of a page: its elements in order, and the text in some of them."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def all(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]


def between(text, start, end):
    return text.split(start, 1)[1].split(end, 1)[0]


def test_words_of_a_framework_stay_words():
    text = html([document(row("reference"), empty("jax", "failed", HOSTILE))])

    page = Page(text)
    assert "alert(" not in between(text, "<script>", "</script>")
    assert not any("onerror" in attributes for _, attributes in page.elements)
    assert "&lt;img src=x onerror=alert(2)&gt; &amp; &#34;{{ 7*7 }}&#34;" in text


def test_the_data_in_the_page_are_the_documents():
    made = document(row("reference"), empty("jax", "failed", HOSTILE))

    text = html([made])

    data = json.loads(
        between(text, '<script type="application/json" id="data">', "</s")
    )
    assert data["documents"] == {made["experiment"]["id"]: made}


def test_numbers_that_json_has_not_become_null():
    strange = {"a": [math.nan, 1.0], "b": (math.inf, "NaN")}

    assert finite(strange) == {"a": [None, 1.0], "b": [None, "NaN"]}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("reference", reason="nothing to compare with")],
        [empty(framework, "missing") for framework in FRAMEWORKS],
        [row("mine"), row("reference", **dict.fromkeys(COSTS + ONCE + ERRORS))],
        [
            row(
                "jax",
                losses={"loss": [None, math.nan]},
                metric={"name": "accuracy", "value": None},
                float32=None,
                versions=None,
            )
        ],
    ],
    ids=["no rows", "alone", "all missing", "no numbers", "strange numbers"],
)
def test_a_page_is_made_of_whatever_is_known(rows):
    made = {**document(*rows), "basis": None}

    page = Page(html([made]))

    keys = [line["data-row"] for line in page.all("tr") if "data-row" in line]
    expected = [f"{made['experiment']['id']}/{i}" for i in range(len(rows))]
    deviating = [
        k for k, r in zip(expected, rows, strict=True) if r["status"] != "equal"
    ]
    assert keys == 3 * expected + deviating


def test_what_was_timed_though_it_differs_is_marked():
    text = html([document(row("reference"), row("jax", status="different"))])

    costs = between(text, 'id="mlp-0123456789-cost"', "</table>")
    assert re.findall(r"<small>(different)</small>", costs) == ["different"]


def test_every_gate_stands_in_the_table():
    text = html([document(row("reference"))])

    foot = between(text, "<tfoot>", "</tfoot>")
    for gates in GATES.values():
        for gate in (gates.forward, gates.gradient, gates.trajectory):
            numbers = gate.values() if isinstance(gate, dict) else [gate]
            assert all(units.error(number, digits=0) in foot for number in numbers)


def test_headings_and_tables_can_be_heard():
    page = Page(html([document(row("reference")), document(row("jax"), model="other")]))

    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    steps = [b - a for a, b in pairwise(levels)]
    assert levels.count(1) == 1
    assert max(steps) == 1
    assert len(page.all("caption")) == len(page.all("table"))
    assert all("scope" in attributes for attributes in page.all("th"))


def test_every_name_in_the_page_is_given_once():
    same = document(row("reference"))

    ids = [a["id"] for _, a in Page(html([same, same, same])).elements if "id" in a]

    assert len(ids) == len(set(ids))


def test_an_experiment_that_comes_again_has_an_address_of_its_own():
    made = [document(experiment_id=name) for name in ("a", "b", "a", "a")]

    assert anchors(made) == ["a", "b", "a.2", "a.3"]


def test_the_page_asks_nobody_for_anything():
    page = Page(html([document(row("reference"))]))

    wanted = [
        a.get("src") or a.get("href") for a in page.all("script", "link", "img", "a")
    ]
    local = [w for w in wanted if w and not w.startswith("#")]
    assert local == ["data:,", "plotly.min.js"]


def test_every_link_within_the_page_leads_somewhere():
    page = Page(html(everything()))

    ids = {a["id"] for _, a in page.elements if "id" in a}
    targets = {a["href"][1:] for a in page.all("a")}
    assert len(targets) > len(MODELS) * sum(map(len, MODES.values()))
    assert targets <= ids


def test_the_policy_of_the_page_allows_its_own_script_and_no_other():
    text = html([document(row("reference"))])

    script = between(text, "<script>", "</script>")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = between(text, "Content-Security-Policy", ">")
    assert f"script-src 'self' file: 'sha256-{digest}';" in policy
