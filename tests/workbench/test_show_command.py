import math

import pytest

from workbench.show_command import SPARKS, losses_table, spark


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
