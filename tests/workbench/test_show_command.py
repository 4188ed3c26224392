import math

import pytest
from rich.syntax import Syntax

from workbench.report import listings
from workbench.show_command import SPARKS, losses_table, side_by_side, spark


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
