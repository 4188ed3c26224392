"""What the declarations promise, without running a framework."""

import pytest

from adapters.contract import FRAMEWORKS
from atlas.listing import equalised, program
from atlas.places import THEMES
from atlas.row import same
from atlas.rows import ROWS

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)


def test_every_number_of_the_notes_has_a_row_and_no_number_two():
    numbers = [row.number for row in ROWS]

    assert len(set(numbers)) == len(numbers)
    assert set(range(1, 53)) <= set(numbers)
    assert len({row.slug for row in ROWS}) == len(ROWS)


def test_themes_are_in_order():
    assert tuple(dict.fromkeys(row.theme for row in ROWS)) == THEMES


@each_row
def test_a_framework_has_a_witness_or_a_reason_for_none(row):
    for framework in FRAMEWORKS:
        assert (framework in row.expected()) != (framework in row.absent)
        assert (program(framework, row) is not None) == (framework in row.expected())


@each_row
def test_who_has_no_second_program_agrees_already(row):
    for framework, said in row.expected().items():
        if row.agreed is None:
            assert equalised(framework, row) is None
        elif equalised(framework, row) is None:
            assert same(said, row.agreed, row.digits)


@each_row
def test_a_difference_has_a_remedy(row):
    differs = len(row.groups()) > 1

    assert bool(row.remedy) == differs
    assert (row.agreed is not None) == differs


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_program_compiles_by_itself(framework):
    for row in ROWS:
        for code in filter(None, (program(framework, row), equalised(framework, row))):
            compile(code, row.slug, "exec")
            assert len(code.splitlines()) <= 40
