"""Numbers for people."""

import math

import pytest

from workbench import units


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
