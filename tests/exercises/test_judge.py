import json

import pytest

from exercises.case import Case
from exercises.judge import complaint
from exercises.wire import encoded
from reference_impl.core.errors import ShapeError

FITS = Case("double", (3,))
FAILS = Case("refuse", (), says=("17", "31"))
SHAPE_ERROR = "reference_impl.core.errors.ShapeError"


def refuse():
    raise ShapeError("17 and 31 differ")


FUNCTIONS = {"double": lambda x: (x, x), "refuse": refuse}


def judged(case, answer):
    line = answer if isinstance(answer, str) else json.dumps(answer)
    return complaint(FUNCTIONS, case, line)


def test_the_right_value_is_right():
    assert judged(FITS, {"value": encoded((3, 3))}) == ""


@pytest.mark.parametrize("value", [(3.0, 3.0), (True, True), ("3", "3"), (3, 4), ()])
def test_a_value_of_another_type_or_size_is_wrong(value):
    assert judged(FITS, {"value": encoded(value)}) == "gave a wrong value"


def test_a_list_is_no_tuple():
    assert judged(FITS, {"value": [3, 3]}) == "gave list, not tuple"


def test_the_right_error_may_be_a_subclass_and_must_say_what_came():
    names = ["submission.Mine", SHAPE_ERROR, "builtins.ValueError"]

    assert judged(FAILS, {"error": names, "message": "31, 17"}) == ""
    assert "leaves out" in judged(FAILS, {"error": names, "message": "17"})


@pytest.mark.parametrize("name", ["builtins.ValueError", "submission.ShapeError"])
def test_an_error_of_another_class_is_wrong(name):
    answer = {"error": [name], "message": "17 and 31"}

    assert judged(FAILS, answer).endswith("not ShapeError")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"error": []}',
        '{"error": "x", "message": 1}',
        "{" * 100_000,
        "[" * 100_000,
        '{"value": ' + "9" * 10_000 + "}",
        '{"value": {"tuple": 3}}',
        '{"value": {}}',
        '{"error": [["x"]], "message": ""}',
        '{"error": [' + "[" * 900 + "]" * 900 + '], "message": ""}',
        '{"value": ' + "[" * 900 + "]" * 900 + "}",
        "\ufffd\x1b[2J",
    ],
)
@pytest.mark.parametrize("case", [FITS, FAILS])
def test_a_line_that_breaks_the_protocol_is_a_wrong_answer(case, line):
    assert judged(case, line)


def test_feedback_prints_no_escape_sequence_and_no_long_text():
    name = "evil.\x1b[2J" + "A" * 5000

    found = judged(FITS, {"error": [name], "message": "\x1b[2J"})

    assert found.isprintable()
    assert len(found) < 60
