import pytest

from atlas.row import Row, same, text


def row(**prints):
    return Row(
        "theme",
        1,
        "slug",
        "topic",
        "why",
        {k.replace("_", ", "): x for k, x in prints.items()},
    )


def test_who_is_not_in_the_largest_group_stands_apart():
    assert row(a=1, b_c=2, d=3).odd() == ["a", "d"]
    assert row(a=1, b_c=2).odd_one({"a": "Alpha"}) == "Alpha"


def test_without_a_majority_nobody_stands_apart():
    camps = row(a_b=1, c_d=2)

    assert camps.odd() == []
    assert camps.odd_one() == "a and b against c and d"


def test_where_all_agree_nobody_stands_apart():
    assert row(a_b_c=1).odd_one() == "nobody"


@pytest.mark.parametrize(
    ("found", "expected", "digits", "is_same"),
    [
        (0.6666667, 0.666667, 6, True),
        (0.6666690, 0.666667, 6, False),
        (1.25015376e-9, 1.25015e-9, 6, True),
        (1.3e-9, 1.25015e-9, 6, False),
        (0.0738, 0.074, 2, True),
        (0.0749, 0.074, 2, True),
        (0.0755, 0.074, 2, False),
        (1e-12, 0, 6, False),
        (0.0, 0, 6, True),
        (0.9, 0.8999999761581421, 16, False),
        ([1, 2], [1, 2], 6, True),
        ([1, 2], [1, 2, 3], 6, False),
        ([[1.0], [2.0]], [[1], [2]], 6, True),
        (1, [1], 6, False),
        ([1], 1, 6, False),
        ("nan", "nan", 6, True),
        ("nan", 0, 6, False),
        ("raises TypeError", "raises ValueError", 6, False),
        (True, True, 6, True),
        (True, 1, 6, False),
        (1, True, 6, False),
        (None, 1, 6, False),
    ],
)
def test_numbers_agree_to_a_unit_in_the_last_digit(found, expected, digits, is_same):
    assert same(found, expected, digits) is is_same


def test_a_result_is_written_with_the_digits_that_count():
    assert text([0.123456789, 3, "nan"], 3) == "[0.123, 3, nan]"
    assert text(True) == "True"
