"""`mapping memory`: the timeline of live bytes of one training step."""

import io
import json

import pytest
from rich.console import Console

from adapters.zoo import MODELS
from workbench import memory
from workbench.errors import UserError
from workbench.experiment import experiment

FLOAT32_BYTES = 4


def event(action, offset, nbytes, live_bytes, maker="exp"):
    return {
        "action": action,
        "offset": offset,
        "nbytes": nbytes,
        "live_bytes": live_bytes,
        "maker": maker,
        "dtype": "float32",
        "shape": [nbytes // FLOAT32_BYTES],
    }


STORY = [
    event("allocate", 0, 64, 64, "tensor"),
    event("allocate", 64, 128, 192),
    event("free", 64, 128, 64),
    event("allocate", 64, 256, 320, "add"),
    event("allocate", 320, 64, 384, "sum"),
    event("free", 64, 256, 128, "add"),
]


@pytest.fixture
def document():
    return {
        "experiment": experiment("mlp").as_json(),
        "framework": "reference",
        "mode": "eager",
        "dtype": "float32",
        **memory.summary(STORY, 1),
    }


def test_a_summary_says_what_was_held_and_who_held_it_at_the_peak(document):
    assert document["held"] == STORY[:1]
    assert document["held_bytes"] == 64
    assert document["events"] == STORY[1:]
    assert (document["peak"]["after"], document["peak"]["live_bytes"]) == (4, 384)
    makers = [e["maker"] for e in document["peak"]["holders"]]
    assert makers == ["add", "tensor", "sum"]


def test_a_step_that_allocates_nothing_has_its_peak_before_the_first_event():
    summary = memory.summary(STORY[:1], 1)

    assert summary["peak"] == {"after": 0, "live_bytes": 64, "holders": STORY[:1]}


@pytest.mark.parametrize("width", [20, 80, 400])
def test_a_chart_fits_and_its_highest_column_is_the_peak(document, width):
    *rows, axis, last = memory.chart(document, width)

    assert max(map(len, (*rows, axis, last))) <= width
    assert len(rows) == memory.HEIGHT
    assert rows[0].startswith("384 B ┤")
    assert "█" in rows[0]
    assert last.endswith("event 5")


def test_columns_keep_the_order_and_proportions_of_events(document):
    *rows, axis, _ = memory.chart(document, 8 + 6 * 4)
    columns = axis.count("─")
    start = axis.index("─")
    grid = [row.ljust(start + columns)[start:] for row in rows]
    heights = [
        sum(memory.EIGHTHS.index(row[column]) for row in grid)
        for column in range(columns)
    ]

    middles = [heights[int((k + 0.5) * columns / 6)] for k in range(6)]
    assert middles == [
        round(8 * memory.HEIGHT * live / 384) for live in (64, 192, 64, 320, 384, 128)
    ]


def test_the_terminal_names_the_peak_and_its_holders(document):
    console = Console(record=True, width=80, file=io.StringIO())
    memory.show(document, console)
    text = console.export_text()

    assert "peak 384 B after event 4 of 5; 64.0 B are held between steps" in text
    table = [line.split() for line in text.splitlines()[-3:]]
    assert table == [
        ["256", "add", "float32[64]", "3"],
        ["64", "tensor", "float32[16]", "before"],
        ["64", "sum", "float32[16]", "4"],
    ]


@pytest.mark.parametrize("model", MODELS)
def test_a_step_gives_back_what_it_borrowed(model):
    document = memory.timeline(experiment(model, steps=2, batch=8), "reference")

    assert document["events"][-1]["live_bytes"] == document["held_bytes"]
    assert document["peak"]["live_bytes"] > document["held_bytes"]
    shapes = [tuple(e["shape"]) for e in document["held"]]
    for shape in MODELS[model].shapes.values():
        assert shapes.count(shape) >= 2  # a parameter and its velocity


def test_json_is_one_document_and_html_asks_no_other_machine(run, tmp_path):
    done = run("memory", "mlp", "--json", "--html", "chart.html")

    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    peak = document["peak"]
    live = [document["held_bytes"], *(e["live_bytes"] for e in document["events"])]
    assert max(live) == live[peak["after"]] == peak["live_bytes"]
    assert sum(e["nbytes"] for e in peak["holders"]) == peak["live_bytes"]
    page = (tmp_path / "chart.html").read_text()
    assert "Plotly.react" in page
    assert 'src="http' not in page


def test_a_worker_that_fails_is_quoted(impostor):
    impostor("reference", "import sys; sys.exit('out of order')")

    with pytest.raises(UserError, match=r"(?s)reference: .*out of order"):
        memory.timeline(experiment("mlp"), "reference")
