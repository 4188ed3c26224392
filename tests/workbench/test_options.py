import pytest

from workbench.errors import UserError
from workbench.options import threads_in


def test_numbers_of_threads_are_told_with_commas_between_each_once():
    assert threads_in("2, 1,2") == [2, 1]


@pytest.mark.parametrize("text", ["", ",", " "])
def test_at_least_one_number_of_threads_is_needed(text):
    with pytest.raises(UserError, match="name at least one number of threads"):
        threads_in(text)


@pytest.mark.parametrize("wrong", ["x", "0", "-1", "1.5", "2 4", "9" * 5000])
def test_a_number_of_threads_is_a_whole_number_of_at_least_1(wrong):
    with pytest.raises(UserError, match="whole numbers of at least 1"):
        threads_in(f"1,{wrong}")
