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
            {"(D_in, D_out)": "(D_in, D_out)", "(D_out, D_in)": "(D_out, D_in)"},
        ),
        (
            "an update",
            "optim.py:update",
            {"writes in place": "in place", "returns values": "returns new trees"},
        ),
        (
            "what is compiled",
            "compile.py:compiled",
            {
                "the model": "what is compiled is the model",
                "a function": "in this mode.",
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
        assert answers[answer] in excerpt(ROOT, target).text, target


@chapters
def test_a_diagram_says_in_words_what_it_shows(path):
    for name, text in blocks(path, "diagram"):
        assert re.search(r"^:alt: .{80,}$", text, re.MULTILINE), name
