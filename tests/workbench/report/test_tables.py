"""Tables: equality, training, layers, deviations, the overview."""

import numpy as np
import pytest
from comparison_documents import (
    CAUSE,
    document,
    empty,
    layer,
    row,
)

from workbench import table, units
from workbench.gates import GATES
from workbench.report import page
from workbench.report.costs import cost
from workbench.report.deviations import UNEXPLAINED, deviations, noise_floors
from workbench.report.entries import entries
from workbench.report.layers import layers
from workbench.report.overview import overview
from workbench.report.proof import KINDS, equality
from workbench.report.table import SIGNS
from workbench.report.training import training
from workbench.rows import STATUSES


def entry(*rows, **more):
    (made,) = entries([document(*rows, **more)])
    return made


@pytest.mark.parametrize("looks", [SIGNS, table.STYLES], ids=["signs", "colours"])
def test_every_status_has_a_look_and_nothing_else_has(looks):
    assert set(looks) == set(STATUSES)


def test_the_statuses_that_occur_are_explained():
    columns = equality(entry(row("jax"), empty("mxnet", "missing"))).columns

    (meaning,) = [c.meaning for c in columns if c.title == "status"]
    assert meaning == f"equal: {STATUSES['equal']}; missing: {STATUSES['missing']}"


def test_rows_are_counted_in_the_order_of_their_statuses():
    rows = [empty("jax", status) for status in reversed(STATUSES)]

    counts = overview([entry(*rows)]).sentence.split(": ")[1].split(";")[0]

    assert counts == (
        "1 equal, 1 alone, 1 different, 1 failed, 1 unsupported and 1 missing"
    )


def test_of_differences_is_said_that_all_have_a_cause():
    explained = row("jax", status="different", cause="float32 inside")
    other = row("mxnet", status="different")

    said = overview([entry(row("reference"), explained)]).sentence
    assert said.endswith(
        ": 1 equal and 1 different; every difference has a documented cause."
    )
    said = overview([entry(row("reference"), explained, other)]).sentence
    assert said.endswith(": 1 equal and 2 different; 1 without a documented cause.")


@pytest.mark.parametrize(
    "metric",
    [
        {"name": "accuracy", "value": 973 / 1024},
        {"name": "mean squared error", "value": 0.01234567},
    ],
    ids=lambda metric: metric["name"],
)
def test_the_terminal_writes_errors_and_metrics_as_the_page_does(metric):
    made = row("jax", forward_error=2.8e-16, metric=metric)

    in_terminal = [next(iter(c.cells)) for c in table.equality_table([made]).columns]
    on_page = [cell.text for cell in equality(entry(made)).lines[0].cells]
    assert {"2.8e-16", on_page[-1]} <= set(map(str, in_terminal)) & set(on_page)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", GATES)
def test_what_the_judge_found_beyond_its_gate_is_marked(dtype, kind):
    errors = {f"{k}_error": 1e-15 for k in KINDS}
    rows = [
        row("jax", **errors, float32=errors, beyond=[f"{dtype} {kind}"]),
        row("mxnet", **errors, float32=errors),
    ]

    lines = equality(entry(*rows)).lines

    marked = [[cell.icon for cell in line.cells[3:9]] for line in lines]
    place = [*GATES].index(dtype) * len(KINDS) + KINDS.index(kind)
    assert marked == [["≠" if i == place else "" for i in range(6)], [""] * 6]


def test_what_a_noise_floor_is_of_is_said_column_by_column():
    columns = equality(entry(row("jax"), row("mxnet"))).columns

    meanings = {c.title: c.meaning for c in columns if c.group == "noise floor"}
    assert "does to the first losses," in meanings.pop("first losses")
    assert list(meanings) == ["after 10", "after 100"]
    for moment, meaning in meanings.items():
        assert f"does to the parameters {moment} steps," in meaning


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
    first = {"first losses": 4e-8, "after 10": 1e-8}
    second = {"first losses": 2e-8, "after 10": 3e-8}
    documents = [
        document(row("jax", "jit", noise_floor=first), model="mlp"),
        document(
            row("jax", "jit", noise_floor=second),
            row("jax", "op by op"),
            empty("mxnet", "missing"),
            model="gan",
        ),
    ]

    table = noise_floors(entries(documents))

    (line,) = table.lines
    texts = [line.head.text, *(cell.text for cell in line.cells)]
    of_losses, of_parameters = texts[2:5], texts[5:]
    assert [title for title, _, _ in table.groups()] == [
        "",
        "first losses",
        "parameters after 10 steps",
    ]
    assert texts[:2] == ["jax", "2"]
    assert of_losses == ["3.0e-8", "4.0e-8", "mlp"]
    assert of_parameters == ["2.0e-8", "3.0e-8", "gan"]


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


UNTIMED = {
    "different": "no ratios: they are to pytorch (eager), which was not timed, being "
    "different",
    "equal": "no ratios: they are to pytorch (eager), which was not timed",
}


@pytest.mark.parametrize("status", UNTIMED)
def test_captions_say_why_there_is_no_ratio(status):
    untimed = dict.fromkeys(("step_seconds", "step_ratio"))
    rows = [row("pytorch", status=status, **untimed), row("jax", step_ratio=None)]

    assert cost(entry(*rows)).caption.endswith(f"; {UNTIMED[status]}")
    assert table.cost_table(document(*rows)).title.endswith(f"; {UNTIMED[status]}")
    found = overview([entry(*rows), entry(row("jax"), model="gan")])
    assert (found.without_ratios, found.bases) == ("mlp", "pytorch (eager)")
    title = table.overview([document(*rows)]).title
    assert title.endswith("pytorch (eager), which was not timed for mlp")


def test_captions_say_what_ratios_are_to():
    assert cost(entry(row("jax"))).caption.endswith("; ratios are to pytorch (eager)")
    assert overview([entry(row("jax"))]).without_ratios == ""


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("jax"), row("mxnet")], ["mxnet"]),
        ([row("jax"), empty("mxnet", "missing")], []),
        ([row("jax")], []),
    ],
)
def test_how_a_framework_runs_is_told_where_it_was_timed(rows, expected):
    assert list(page.panel(entry(*rows)).settings) == expected
