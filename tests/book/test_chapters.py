import importlib
import json
import re
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="needs Sphinx, which is not installed")

from mapping_book.listing import targets
from mapping_book.source import excerpt

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.md"))
TAKEN_FOR_GRANTED = r"simply|just|obviously|magic|under the hood"
CELL_LINES = 25
CHECK = re.compile(r"^ *(assert |np\.testing\.assert_)", re.MULTILINE)

BLOCK = re.compile(r"^```\{([a-z-]+)\}(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

chapters = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def blocks(path, *kinds):
    """What stands behind a directive's name, and inside it."""
    found = BLOCK.findall(path.read_text())
    return [(rest.strip(), text) for kind, rest, text in found if kind in kinds]


@chapters
def test_every_name_that_a_chapter_shows_exists(path):
    places = [place for place, _ in blocks(path, "five")]
    shown = [place for place, _ in blocks(path, "listing")]
    shown += [target for place in places for target in targets(place).values()]

    for target in shown:
        assert excerpt(ROOT, target).text


@chapters
def test_a_cell_that_is_shown_has_few_lines(path):
    for _, text in blocks(path, "code-cell"):
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines[0].startswith(":tags:"):
            assert len(lines) <= CELL_LINES, text


def questions(path):
    """The sections of a chapter that ask something, by their question."""
    sections = re.split(r"^## ", path.read_text(), flags=re.MULTILINE)[1:]
    asked = dict(section.split("\n", 1) for section in sections)
    return {title: text for title, text in asked.items() if title.endswith("?")}


@pytest.mark.parametrize(
    "name",
    [
        "everything_is_a_mapping",
        "derivatives",
        "graphs",
        "memory",
        "training",
        "compilation",
        "linear_regression",
    ],
)
def test_a_question_gets_code_a_check_and_a_cost_as_the_preface_says(name):
    path = ROOT / "chapters" / f"{name}.md"
    for question, text in questions(path).items():
        assert "**What it costs.**" in text, question
        if "{five}" not in text:  # tabs, tables and plots take the place of some of it
            cells = [c for kind, _, c in BLOCK.findall(text) if kind == "code-cell"]
            shown = [c for c in cells if not c.startswith(":tags:")]
            assert any(not CHECK.search(cell) for cell in shown), question
            assert any(CHECK.search(cell) for cell in shown), question


@chapters
def test_a_chapter_takes_nothing_for_granted(path):
    assert not re.search(rf"\b({TAKEN_FOR_GRANTED})\b", path.read_text(), re.IGNORECASE)


@pytest.mark.parametrize(
    ("question", "place", "answers"),
    [
        (
            "a weight is",
            "layers.py:linear",
            {"(D_in, D_out)": r"\(D_in, D_out\)", "(D_out, D_in)": r"\(D_out, D_in\)"},
        ),
        (
            "an update",
            "optim.py:momentum",
            {"writes in place": r"\) -> None:", "returns values": r", velocities\n"},
        ),
        (
            "what is compiled",
            "train.py:Trainer",
            {
                "a step": r"self\._step = .*\(step",
                "the loss": r"compiled\((self\._losses\[name\]|loss), ",
            },
        ),
    ],
)
def test_the_table_of_differences_repeats_what_the_adapters_say(
    question, place, answers
):
    text = (ROOT / "chapters" / "linear_regression.md").read_text()
    (row,) = re.findall(rf"^\| {question} \| (.*) \|$", text, re.MULTILINE)
    said = row.split(" | ")

    for answer, target in zip(said, targets(place).values(), strict=True):
        assert re.search(answers[answer], excerpt(ROOT, target).text), target


def bench_row(mode, seconds, ratio, **others):
    row = {"model": "mlp-64", "phase": "training", "threads": 1, "framework": "pytorch"}
    measured = {"median_seconds": seconds, "ratio_to_pytorch_eager": ratio}
    return row | {"mode": mode} | measured | others


@pytest.fixture
def beside_others(tmp_path, monkeypatch):
    """A function: what the chapter on compilation shows for these measurements."""
    pytest.importorskip("IPython", reason="needs IPython, which is not installed")
    (cell,) = [
        text
        for _, text in blocks(ROOT / "chapters" / "compilation.md", "code-cell")
        if "bench.json" in text
    ]
    here, results = tmp_path / "chapters", tmp_path / "benchmarks" / "results"
    here.mkdir()
    results.mkdir(parents=True)
    monkeypatch.chdir(here)

    def shown(rows):
        if rows is not None:
            (results / "bench.json").write_text(json.dumps({"rows": rows}))
        names = {"show": importlib.import_module("show")}
        exec(re.sub(r"^:tags:.*$", "", cell, flags=re.MULTILINE), names)
        return names["beside"].data

    return shown


def test_without_measurements_the_chapter_on_compilation_says_so(beside_others):
    assert "No such measurement" in beside_others(None)


def test_the_chapter_on_compilation_shows_what_was_measured(beside_others):
    shown = beside_others(
        [
            bench_row("eager", 0.00123, 1.0),
            bench_row("compiled", 0.0007, 0.57, framework="reference"),
            bench_row("jit", None, None, framework="jax"),
            bench_row("compiled", 0.5, 9.99, framework="reference", threads=2),
            bench_row("compiled", 0.5, 8.88, framework="reference", phase="inference"),
        ]
    )

    assert shown.splitlines()[-2:] == [
        "| pytorch eager | 1.23 ms |",
        "| reference compiled | 0.57 |",
    ]


def test_the_chapter_on_compilation_shows_the_results_that_are_there(beside_others):
    show = importlib.import_module("show")
    path = ROOT / "benchmarks" / "results" / "bench.json"
    if not path.exists():
        pytest.skip("there is no bench.json: make bench has not been run")
    rows = json.loads(path.read_text())["rows"]
    lines = {line.split(" | ")[0]: line for line in beside_others(rows).splitlines()}

    for row in rows:
        is_basis = (row["framework"], row["mode"]) == ("pytorch", "eager")
        if (row["phase"], row["threads"]) == ("training", 1) and row["median_seconds"]:
            ratio = row["ratio_to_pytorch_eager"]
            number = row["median_seconds"] * 1e3 if is_basis else ratio
            line = lines["| " + show.plain(f"{row['framework']} {row['mode']}")]
            assert f"{number:.2f}" in line


@chapters
def test_a_diagram_says_in_words_what_it_shows(path):
    for name, text in blocks(path, "diagram"):
        assert re.search(r"^:alt: .{80,}$", text, re.MULTILINE), name
