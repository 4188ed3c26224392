import os

import pytest

from workbench.errors import UserError
from workbench.options import check_place, integers, numbers, threads_in


def test_numbers_of_threads_are_told_with_commas_between_each_once():
    assert threads_in("2, 1,2") == [2, 1]


@pytest.mark.parametrize("text", ["", ",", " "])
def test_at_least_one_number_of_threads_is_needed(text):
    with pytest.raises(UserError, match="name at least one number of threads"):
        threads_in(text)


@pytest.mark.parametrize("wrong", ["x", "0", "-1", "1.5", "2 4", "9" * 5000])
def test_a_number_of_threads_is_a_whole_number_of_at_least_1(wrong):
    with pytest.raises(UserError, match="threads must be a whole number of at least 1"):
        threads_in(f"1,{wrong}")


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "0", "61", "x", ""])
def test_a_number_lies_within_its_limits(text):
    read = numbers("limit", 1, 60)["parser"]

    assert read("1.5") == 1.5
    assert read(60) == 60  # a default
    with pytest.raises(UserError, match=rf"limit must be .* in \[1, 60\], {text} came"):
        read(text)


@pytest.mark.parametrize("text", ["1e3", "2.0", "nan", "inf", "x", "-1"])
def test_a_whole_number_is_written_as_one(text):
    read = integers("rounds", 0)["parser"]

    assert read("12") == 12
    with pytest.raises(UserError, match=f"whole number of at least 0, {text} came"):
        read(text)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "it is a folder"),
        ("pipe", "it is no regular file"),
        ("results.sqlite", "runs keep their results"),
        ("no/where.json", "No such file"),
    ],
)
def test_what_is_no_place_for_a_file_is_refused(tmp_path, name, words):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UserError, match=f"--save: .* is no place for a file: {words}"):
        check_place("--save", tmp_path / name)

    check_place("--save", tmp_path / "new.json")
    check_place("--save", None)
