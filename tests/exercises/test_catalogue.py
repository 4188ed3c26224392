from importlib import import_module

import pytest

from exercises.catalogue import ExerciseError, exercise, exercises


@pytest.mark.parametrize("each", exercises(), ids=lambda each: each.number)
def test_a_folder_bears_the_number_of_its_exercise(each):
    assert each.folder.name.startswith(f"{each.number}_")


@pytest.mark.parametrize("each", exercises(), ids=lambda each: each.number)
def test_every_weight_belongs_to_a_hidden_test(each):
    hidden = import_module(f"exercises.{each.folder.name}.hidden")

    drawn = {name for name in vars(hidden) if name in each.weights}

    assert drawn == set(each.weights)
    assert all(weight > 0 for weight in each.weights.values())


def test_a_number_may_leave_out_its_zero():
    assert exercise("1") == exercise("01")


@pytest.mark.parametrize("number", ["99", "", "../01", "one"])
def test_an_unknown_number_is_answered_with_what_there_is(number):
    with pytest.raises(ExerciseError, match="01 Broadcasting"):
        exercise(number)
