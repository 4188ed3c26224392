import base64
import hashlib
import json
import math
import os
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from comparison_documents import (
    CAUSE,
    COSTS,
    ERRORS,
    ONCE,
    document,
    empty,
    everything,
    layer,
    row,
)

from adapters.contract import FRAMEWORKS, MODES
from adapters.zoo import MODELS
from workbench import report, units
from workbench.equality import GATES, NOISE_FACTOR
from workbench.errors import UserError
from workbench.report import listings, verdict
from workbench.report.costs import lines_of_adapters, lines_of_models
from workbench.report.data import finite
from workbench.report.deviations import UNEXPLAINED, deviations, noise_floors
from workbench.report.entries import anchors, entries
from workbench.report.facets import facets
from workbench.report.layers import layers
from workbench.report.overview import overview
from workbench.report.page import html
from workbench.report.proof import equality
from workbench.report.training import training

HOSTILE = (
    "</script><script>alert('1')</script>\n<img src=x onerror=alert(2)> & \"{{ 7*7 }}\""
)


def entry(*rows, **more):
    (made,) = entries([document(*rows, **more)])
    return made


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


def test_the_verdict_on_equal_frameworks_has_the_errors_and_their_gates():
    worst = row("jax", gradient_error=5.9e-16, trajectory_error=3e-13)

    sentence = verdict.sentence(document(row("reference"), row("pytorch"), worst))

    assert sentence.startswith("All three frameworks computed the same: ")
    assert "agree to 5.9e-16" in sentence
    assert "to 3.0e-13" in sentence
    assert f"{GATES['float64'].gradient:.0e}" in sentence


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "No framework was compared."),
        (
            [row("reference"), row("pytorch"), row("jax", status="different")],
            "Two of three frameworks computed the same (reference and pytorch); "
            "jax differs.",
        ),
        (
            [row("reference"), row("jax"), empty("mxnet", "missing")],
            "Two of three frameworks computed the same (reference and jax); "
            "mxnet is missing.",
        ),
        (
            [row("reference"), empty("mxnet", "failed"), empty("jax", "failed")],
            "reference ran alone, so there is nothing to compare it with; "
            "mxnet and jax failed.",
        ),
        (
            [row("reference", status="different")],
            "reference ran alone, and what it computed does not hold.",
        ),
        (
            [row("reference"), row("jax", status="different")],
            "No two frameworks computed the same; jax differs.",
        ),
        ([empty("jax", "missing")], "No framework finished; jax is missing."),
        (
            [row("jax"), row("jax", mode="jit"), empty("mxnet", "missing")],
            "Two of three modes of two frameworks computed the same "
            "(jax (eager) and jax (jit)); mxnet is missing.",
        ),
        (
            [
                row("reference"),
                row("pytorch"),
                row("jax", status="different", cause="float32 inside"),
                empty("tensorflow", "unsupported", "one objective only"),
            ],
            "Two of four frameworks computed the same (reference and pytorch); "
            "jax differs, for a documented cause; tensorflow cannot run it.",
        ),
    ],
)
def test_the_verdict_names_everyone_who_did_not_agree(rows, sentence):
    assert verdict.sentence(document(*rows)) == sentence


def test_a_verdict_needs_no_number():
    rows = [row(name, forward_error=None) for name in ("reference", "jax")]

    assert verdict.sentence(document(*rows)) == "Both frameworks computed the same."


@pytest.mark.parametrize("reason", [None, "module mxnet is not installed"])
def test_a_missing_framework_comes_with_how_to_get_it(reason):
    (remark,) = verdict.remarks([row("jax"), empty("mxnet", "missing", reason)])

    assert remark.remedy == "make setup FRAMEWORKS=mxnet"


def test_how_to_get_a_framework_is_not_said_twice():
    reason = "not installed; make setup FRAMEWORKS=mxnet"

    (remark,) = verdict.remarks([empty("mxnet", "missing", reason)])

    assert remark.remedy is None


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (5.4297e-4, units.SECONDS, "543 µs"),
        (1.7498e-3, units.SECONDS, "1.75 ms"),
        (4.289, units.SECONDS, "4.29 s"),
        (3e-10, units.SECONDS, "0.300 ns"),
        (0, units.SECONDS, "0 ns"),
        (335_970_304, units.BYTES, "336 MB"),
        (25_276_080_128, units.BYTES, "25.3 GB"),
        (1.0399, units.RATIO, "1.04×"),
    ],
)
def test_a_quantity_has_three_digits_and_the_unit_that_suits_it(number, unit, text):
    assert units.quantity(number, unit) == text


def test_quartiles_stand_in_the_unit_of_the_median():
    spread = units.Spread(median=1.01e-3, low=0.98e-3, high=1.2e-3)

    assert units.interval(spread, units.SECONDS) == "0.980–1.20 ms"


@pytest.mark.parametrize(
    "measured", [None, math.nan, {}, {"median": 1.0, "low": None, "high": 2.0}]
)
def test_a_measurement_with_a_number_missing_is_not_known(measured):
    assert units.spread(measured) is None


def test_an_error_beyond_its_gate_is_marked():
    gate = GATES["float64"].gradient
    rows = [row("jax", gradient_error=2 * gate), row("mxnet", gradient_error=gate)]

    lines = equality(entry(*rows)).lines

    over = [[cell.kind for cell in line.cells].count("number over") for line in lines]
    assert over == [1, 0]


def test_what_rounding_alone_does_is_allowed_between_frameworks():
    gate = max(GATES["float32"].trajectory.values())
    floor = gate  # so that ten times as much is allowed
    rows = [
        row("jax", noise_floor={"after 100": floor}),
        row("mxnet", float32=dict.fromkeys(ERRORS, 0.0) | {ERRORS[2]: 2 * gate}),
        row("pytorch", float32=dict.fromkeys(ERRORS, 0.0) | {ERRORS[2]: 11 * floor}),
    ]

    lines = equality(entry(*rows)).lines

    assert NOISE_FACTOR == 10
    over = [[cell.kind for cell in line.cells].count("number over") for line in lines]
    assert over == [0, 0, 1]


def test_losses_are_compared_with_the_first_that_there_are():
    rows = [
        empty("mxnet", "missing"),
        row("jax", losses={"loss": [2.0, 1.0]}),
        row("pytorch", losses={"loss": [2.0, 0.75]}),
    ]

    differences = [line.cells[-1] for line in training(entry(*rows)).lines]

    assert [cell.text for cell in differences] == ["", "itself", "2.5e-1"]


def test_every_objective_has_losses_of_its_own():
    losses = {"discriminator_loss": [2.0, 1.0], "generator_loss": [3.0, 4.0]}

    table = training(entry(row("jax", losses=losses)))

    groups = [title for title, _, _ in table.groups()]
    assert groups == ["", "discriminator loss", "generator loss"]
    assert table.lines[0].cells[5].text == "4.00000"


def test_layers_stand_in_the_order_in_which_data_passes():
    rng = np.random.default_rng(0)
    names = ["zoom", "alpha", "relu"]
    rows = [row("jax"), row("mxnet", layers=[layer(name, rng) for name in names])]

    table = layers(entry(*rows))

    assert [line.head.text for line in table.lines] == names
    assert [title for title, _, _ in table.groups()] == ["mxnet"]
    assert [cell.text == "" for cell in table.lines[2].cells] == [False, True, False]


def test_a_layer_beyond_its_gate_is_marked():
    found = {"name": "hidden", "forward": 1e-3, "gradient": 1e-15, "seconds": None}

    (line,) = layers(entry(row("jax", layers=[found]))).lines

    assert [cell.icon for cell in line.cells] == ["≠", "", ""]


def test_deviations_without_a_documented_cause_come_first_and_say_so():
    rows = [
        row("reference"),
        empty("tensorflow", "unsupported", "one objective only"),
        row("mxnet", status="different", reason="training differs", cause=CAUSE),
        row("jax", status="different", reason="gradient differs"),
        empty("pytorch", "missing", "no module torch"),
    ]

    lines = deviations([entry(*rows)]).lines

    texts = [[line.cells[place].text for place in (0, 4)] for line in lines]
    assert texts == [
        ["jax", UNEXPLAINED],
        ["mxnet", CAUSE],
        ["tensorflow", "as the reason says"],
        ["pytorch", "not installed; to get it: make setup FRAMEWORKS=pytorch"],
    ]


def test_noise_floors_are_gathered_by_framework():
    documents = [
        document(row("jax", noise_floor={"after 10": 1e-8}), model="mlp"),
        document(
            row("jax", noise_floor={"after 10": 3e-8}),
            row("jax", "jit", noise_floor={"after 10": 2e-8}),
            empty("mxnet", "missing"),
            model="gan",
        ),
    ]

    (line,) = noise_floors(entries(documents)).lines

    texts = [line.head.text, *(cell.text for cell in line.cells)]
    assert texts == ["jax", "3", "2.0e-8", "3.0e-8", "gan"]


def test_the_matrix_has_a_square_for_every_row_and_a_gap_for_every_other():
    documents = [
        document(row("jax", "jit"), row("pytorch"), model="mlp"),
        document(row("jax", "jit", status="different"), model="gan"),
    ]

    found = overview(entries(documents))

    assert found.modes == {"pytorch": ["eager"], "jax": ["jit"]}
    statuses = [[s and s.status for s in squares] for _, squares in found.lines]
    assert statuses == [["equal", "equal"], [None, "different"]]


@pytest.mark.parametrize(
    ("ratio", "shade"),
    [(0.1, 0), (0.3, 1), (0.7, 2), (1.0, 3), (1.5, 4), (3, 5), (9, 6)],
)
def test_what_a_step_costs_is_written_and_coloured(ratio, shade):
    measured = {"median": ratio, "low": ratio, "high": ratio}

    ((_, (square,)),) = overview([entry(row("jax", step_ratio=measured))]).lines

    assert (square.cost, square.shade) == (
        f"{units.quantity(ratio, units.RATIO)}",
        shade,
    )


def test_without_a_basis_the_matrix_has_seconds():
    ((_, (square,)),) = overview([entry(row("jax", step_ratio=None))]).lines

    assert (square.cost, square.shade) == ("200 µs", None)


def test_experiments_on_the_same_model_are_told_apart():
    documents = [
        document(experiment_id="a", model="mlp"),
        document(experiment_id="b", model="mlp", threads=2, is_native=True),
        document(experiment_id="c", model="gan"),
        document(experiment_id="c", model="gan"),
    ]

    assert [one.label for one in entries(documents)] == [
        "mlp, 1 thread, shared formula",
        "mlp, 2 threads, native updates",
        "gan, run 1",
        "gan, run 2",
    ]


def test_facets_have_what_occurs_in_the_order_of_the_frameworks():
    documents = [
        document(row("mine"), row("jax", "op by op"), model="mlp", threads=10),
        document(row("pytorch", status="different"), row("jax", "jit"), model="gan"),
    ]

    assert facets(entries(documents)) == {
        "model": ["mlp", "gan"],
        "framework": ["pytorch", "jax", "mine"],
        "mode": ["eager", "jit", "op by op"],
        "threads": ["1", "10"],
        "status": ["equal", "different"],
    }


@pytest.mark.parametrize("file", listings.files(["gan"]))
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_pieces_of_a_highlighted_file_are_the_file(framework, file):
    source = listings.source(framework, file)

    lines = listings.highlighted(source)

    assert ["".join(text for _, text in line) for line in lines] == source.splitlines()


def test_strings_over_several_lines_are_strings_in_each_line():
    lines = listings.highlighted('x = """a\n  b""" + y  # c\n')

    assert lines[0] == [("", "x = "), ("string", '"""a')]
    assert lines[1] == [("string", '  b"""'), ("", " + y  "), ("comment", "# c")]


def test_matches_are_lines_that_are_equal():
    left, right = (listings.source(f, "train.py") for f in ("pytorch", "jax"))

    matches = listings.matches(left, right)

    assert matches[-1][2] == 0
    for at_left, at_right, count in matches:
        ours = left.splitlines()[at_left : at_left + count]
        assert ours == right.splitlines()[at_right : at_right + count]


def test_lines_of_code_are_neither_blank_nor_a_comment(monkeypatch):
    monkeypatch.setattr(
        listings, "source", lambda *names: "# a\n\nx = 1  # b\n  \ny = 2"
    )

    assert listings.count("jax", "optim.py") == 2


def test_the_model_comes_first_of_the_files():
    files = listings.files(["gan", "mlp"])

    assert files[:2] == ["models/gan.py", "models/mlp.py"]
    assert {"train.py", "symbolic.py", "session.py"} <= set(files)


def test_lines_of_code_are_counted_by_model_and_by_file():
    models, shared = lines_of_models(["gan", "mlp"]), lines_of_adapters()

    for table, files in ((models, listings.files([])), (shared, ["models/gan.py"])):
        titles = [column.title for column in table.columns]
        assert titles[-1] == "total"
        assert not set(titles) & set(files)
        for line in table.lines:
            known = [cell.key or 0 for cell in line.cells]
            assert known[-1] == sum(known[:-1]) > 0


def test_a_file_that_a_framework_has_not_has_no_lines():
    assert listings.count("jax", "session.py") is None
    assert listings.count("mine", "train.py") is None


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


def test_a_report_is_a_page_and_what_it_needs(tmp_path):
    page = report.write([document(row("reference"))], tmp_path / "new" / "report")

    assert page == tmp_path / "new" / "report" / "index.html"
    names = sorted(path.name for path in page.parent.iterdir())
    assert names == ["index.html", "plotly.min.js"]


def test_words_that_are_no_text_do_not_cost_the_report(tmp_path):
    rows = [row("reference"), empty("jax", "failed", "bytes: \udcff")]

    assert "bytes: ?" in report.write([document(*rows)], tmp_path).read_text("utf-8")


def test_no_document_makes_no_report(tmp_path):
    with pytest.raises(UserError, match="at least one"):
        report.write([], tmp_path)


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_report_that_cannot_be_written_leaves_the_old_one(
    tmp_path, monkeypatch, moment
):
    good = report.write([document(row("reference"))], tmp_path).read_bytes()

    def full(*arguments):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, moment, full)
    with pytest.raises(UserError, match="no space"):
        report.write([document(row("jax"))], tmp_path)

    assert (tmp_path / "index.html").read_bytes() == good
    assert len(list(tmp_path.iterdir())) == 2


def test_a_document_that_cannot_be_read_leaves_the_old_report(tmp_path):
    good = report.write([document(row("reference"))], tmp_path).read_bytes()

    with pytest.raises(KeyError):
        report.write([{"schema": 1}], tmp_path)

    assert (tmp_path / "index.html").read_bytes() == good
