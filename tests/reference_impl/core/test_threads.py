"""How many threads there are: what the program, the environment and the machine say."""

import os

import pytest

from reference_impl.core import threads as setting
from reference_impl.core.errors import RangeError
from reference_impl.core.threads import set_threads, threads, usable_cpus


@pytest.fixture
def unset(monkeypatch):
    for variable in setting.THREADS_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(setting, "_threads", None)
    setting._default_threads.cache_clear()
    yield monkeypatch
    setting._default_threads.cache_clear()


def test_there_is_a_thread_for_every_processor(unset):
    assert 1 <= threads() <= os.cpu_count()


def test_the_environment_says_how_many_threads(unset):
    unset.setenv("OMP_NUM_THREADS", "3")
    assert threads() == 3

    setting._default_threads.cache_clear()
    unset.setenv("REFERENCE_IMPL_THREADS", "5")
    assert threads() == 5


def test_a_program_says_how_many_threads(unset):
    unset.setenv("REFERENCE_IMPL_THREADS", "5")

    set_threads(2)

    assert threads() == 2


def test_no_thread_is_not_enough(unset):
    with pytest.raises(RangeError, match="set_threads must be a positive number"):
        set_threads(0)
    unset.setenv("REFERENCE_IMPL_THREADS", "many")
    with pytest.raises(RangeError, match="REFERENCE_IMPL_THREADS must be a positive"):
        threads()


def test_a_process_can_use_a_processor():
    assert 1 <= usable_cpus() <= os.cpu_count()
