"""An error in what is captured names the line that a person can change."""

import importlib.util
import re
import subprocess
import sys

import pytest

import reference_impl as ri

X = ri.ones((4, 3))


def multiply(x):
    return x @ x  # the line


BAD = {
    "ShapeError": (multiply, "return x @ x  # the line"),
    "DtypeError": (lambda x: ri.log(x > 0), "lambda x: ri.log(x > 0)"),
    "NoValueError": (lambda x: x if x[0, 0] > 0 else -x, "if x[0, 0] > 0 else -x"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("how", [ri.capture, lambda f, x: ri.compile(f)(x)])
def test_the_message_ends_with_file_line_and_text(name, how):
    function, text = BAD[name]

    with pytest.raises(getattr(ri, name)) as caught:
        how(function, X)

    place = rf"; at test_location.py:\d+: `.*{re.escape(text)}.*`$"
    assert re.search(place, str(caught.value))


def test_nested_captures_name_the_innermost_line_once():
    def outer(x):
        return ri.compile(lambda y: ri.compile(multiply)(y))(x)

    with pytest.raises(ri.ShapeError) as caught:
        ri.compile(outer)(X)

    assert str(caught.value).count("; at ") == 1
    assert str(caught.value).endswith("`return x @ x  # the line`")


def test_where_the_user_wrote_no_line_nothing_is_added():
    with pytest.raises(ri.ShapeError) as caught:
        ri.capture(ri.matmul, X, X)

    assert "; at " not in str(caught.value)


def test_eagerly_python_shows_the_line_by_itself():
    with pytest.raises(ri.ShapeError) as caught:
        multiply(X)

    assert "; at " not in str(caught.value)


def test_text_without_a_file_is_named_by_its_number():
    space = {}
    exec("def function(x):\n    return x @ x", space)

    with pytest.raises(ri.ShapeError, match=r"; at <string>:2$"):
        ri.capture(space["function"], X)


CELL = """
import reference_impl as ri
def positive_part(x):
    return x if x > 0 else 0 * x
try:
    ri.capture(positive_part, ri.tensor(1.0))
except ri.NoValueError as error:
    print(error)
"""


@pytest.mark.skipif(
    importlib.util.find_spec("IPython") is None,
    reason="needs IPython, which is not installed",
)
def test_in_a_notebook_the_line_is_one_of_a_cell(tmp_path):
    command = [sys.executable, "-m", "IPython", "--quick", "--no-banner"]
    options = [f"--ipython-dir={tmp_path}", "--HistoryManager.enabled=False"]
    said = subprocess.run(
        [*command, *options, "-c", CELL.strip()], capture_output=True, text=True
    )

    line = "return x if x > 0 else 0 * x"
    assert said.stdout.strip().endswith(f"; at cell In[1], line 3: `{line}`"), said


def test_asking_for_a_value_says_what_to_use():
    with pytest.raises(ri.NoValueError) as caught:
        ri.capture(lambda x: x if x else -x, ri.tensor(1.0))

    for name in ("where", "cond", "scan", "while_loop"):
        assert f"`{name}" in str(caught.value)
