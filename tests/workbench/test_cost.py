from workbench.cost import ratios, spread


def test_the_spread_is_the_median_and_its_quartiles():
    assert spread([5.0, 1.0, 3.0, 2.0, 4.0]) == {"median": 3.0, "low": 2.0, "high": 4.0}


def test_no_rounds_have_no_spread():
    assert spread([]) is None


def test_ratios_are_taken_round_by_round():
    assert ratios([2.0, 20.0, 4.0], [1.0, 10.0, 2.0]) == [2.0, 2.0, 2.0]


def test_a_round_that_one_side_missed_has_no_ratio():
    assert ratios([2.0, 20.0], [1.0]) == [2.0]
    assert ratios([2.0], []) == []
