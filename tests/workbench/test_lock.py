"""One process at a time; what happens between processes stands in `test_store.py`."""

import os

import pytest

from workbench.errors import UserError
from workbench.lock import only_one


def test_who_comes_second_hears_who_is_first_and_what_is_locked(tmp_path):
    path = tmp_path / "results"
    with (
        only_one(path),
        pytest.raises(
            UserError, match=rf"process {os.getpid()}\) is writing .*results"
        ),
        only_one(path),
    ):
        pass


def test_a_lock_ends_with_its_block_even_by_an_error(tmp_path):
    path = tmp_path / "results"
    with pytest.raises(ZeroDivisionError), only_one(path):
        raise ZeroDivisionError

    with only_one(path):
        pass


def test_neighbours_do_not_wait_for_each_other(tmp_path):
    with only_one(tmp_path / "a"), only_one(tmp_path / "b"):
        pass


def test_the_file_itself_is_not_touched(tmp_path):
    path = tmp_path / "results"
    with only_one(path):
        assert not path.exists()
