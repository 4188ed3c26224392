"""Every witness says what is recorded: a release that changes a default is noticed."""

import dataclasses

import pytest

from adapters.contract import FRAMEWORKS
from atlas.rows import ROWS
from workbench.atlas.running import differences, run

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("atlas")]


@pytest.fixture(scope="module")
def columns():
    """What all frameworks say, at once, each in one process."""
    return {column.framework: column for column in run(ROWS, FRAMEWORKS)}


@pytest.fixture
def column(columns, framework):
    found = columns[framework]
    if found.is_missing:
        pytest.skip(f"{framework}: {found.trouble}")
    assert not found.trouble
    return found


@pytest.mark.parametrize(
    ("row", "framework"),
    [
        pytest.param(row, framework, id=f"{row.slug}-{framework}")
        for row in ROWS
        for framework in FRAMEWORKS
        if framework in row.expected()
    ],
)
def test_a_witness_says_what_is_recorded(row, column):
    assert not [str(found) for found in differences([row], [column])]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_wrong_expectation_is_noticed_in_every_row(framework, column):
    for row in ROWS:
        if framework in row.expected():
            wrong = dataclasses.replace(row, prints={framework: "something else"})
            (found,) = differences([wrong], [column])
            assert (found.row.number, found.is_equalised) == (row.number, False)
