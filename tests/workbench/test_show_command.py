import math
import re

import pytest
from comparison_documents import document
from comparison_documents import row as full_row
from rich.syntax import Syntax

from workbench.report import listings
from workbench.show_command import SPARKS, losses_table, side_by_side, spark
from workbench.store import Store


def row(losses):
    return {"framework": "jax", "mode": "jit", "losses": {"loss": losses}}


@pytest.mark.parametrize("no_number", [math.inf, -math.inf, math.nan])
def test_what_is_no_number_has_no_height(no_number):
    assert spark([0.0, no_number, 1.0], 0.0, 1.0) == f"{SPARKS[0]}?{SPARKS[-1]}"


@pytest.mark.parametrize(
    "losses", [[1.0, math.inf], [1.0, -math.inf, math.nan], [math.nan, math.nan]]
)
def test_losses_that_explode_are_drawn_as_far_as_they_are_numbers(losses):
    (drawing,) = losses_table([row(losses)]).columns[-1].cells

    assert drawing.count("?") == sum(not math.isfinite(x) for x in losses)


@pytest.mark.parametrize("names", [("reference", "jax"), ("pytorch", "jax", "mxnet")])
def test_what_is_not_marked_are_the_lines_in_common(names):
    columns = side_by_side("optim.py", names).columns

    texts = [listings.source(name, "optim.py") for name in names]
    common = zip(*listings.common(texts), strict=True)
    for column, text, places in zip(columns, texts, common, strict=True):
        parts = [cell for cell in column.cells if isinstance(cell, Syntax)]
        marked = set().union(*(part.highlight_lines for part in parts))
        numbers = range(1, len(text.splitlines()) + 1)
        assert set(numbers) - marked == {at + 1 for at in places}


def test_a_file_that_a_framework_has_not_is_said_to_be_missing():
    _, missing = side_by_side("session.py", ["tensorflow", "jax"]).columns

    assert missing.header == "jax, 0 lines"
    assert next(missing.cells).code == "# jax has no session.py"


@pytest.fixture
def kept(tmp_path):
    """A run of two models, one of them at two numbers of threads."""
    rows = [full_row("reference", "compiled"), full_row("pytorch", "eager")]
    with Store(tmp_path / "build" / "results.sqlite") as store:
        for model, threads in (("mlp", 1), ("mlp", 2), ("gpt", 1)):
            name = f"{model}-{threads}"
            store.keep(
                document(*rows, model=model, threads=threads, experiment_id=name)
            )


FILTERS = {
    "show": ([("mlp", 1), ("mlp", 2), ("gpt", 1)], {"reference", "pytorch"}),
    "show gpt mlp": ([("gpt", 1), ("mlp", 1), ("mlp", 2)], {"reference", "pytorch"}),
    "show --threads 2": ([("mlp", 2)], {"reference", "pytorch"}),
    "show mlp --threads 1 --frameworks pytorch": ([("mlp", 1)], {"pytorch"}),
    "show gpt --modes compiled": ([("gpt", 1)], {"reference"}),
}


@pytest.mark.parametrize(("line", "expected"), FILTERS.items(), ids=FILTERS)
def test_what_is_filtered_out_is_not_shown(kept, run, line, expected):
    done = run(*line.split())

    headings = re.findall(r"^(\w+)  .*threads: (\d)", done.stdout, re.MULTILINE)
    frameworks = re.findall(r"^ (reference|pytorch) ", done.stdout, re.MULTILINE)
    assert done.returncode == 0
    assert [(model, int(threads)) for model, threads in headings] == expected[0]
    assert set(frameworks) == expected[1]
    assert ("all models" in done.stdout) is (len(headings) > 1)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("show --threads 4", "there are: 1, 2"),
        ("show --frameworks jax", "there are: reference, pytorch"),
        ("show --modes fit", "there are: default, all, compiled, eager"),
        ("show gpt --threads 2", "no row of the last run has threads 2, model gpt"),
    ],
)
def test_a_filter_that_matches_nothing_is_a_mistake(kept, run, line, words):
    done = run(*line.split())

    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert not done.stdout


def test_code_stands_side_by_side(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")

    done = run("code", "mlp", "--frameworks", "reference,jax", "--file", "optim.py")

    assert done.returncode == 0
    assert "reference," in done.stdout
    lines = [line for line in done.stdout.splitlines() if "def adam(" in line]
    assert [line.count("def adam(") for line in lines] == [2]


def test_code_stands_one_below_the_other_where_there_is_no_room(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    done = run("code", "mlp", "--frameworks", "reference,jax", "--file", "optim.py")

    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines() if "def adam(" in line]
    assert [line.count("def adam(") for line in lines] == [1, 1]
    heads = [
        line.split(",")[0] for line in done.stdout.splitlines() if " lines ─" in line
    ]
    assert heads[:4] == ["reference", "jax"] * 2
