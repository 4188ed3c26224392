"""How many threads there are: what the program, the environment and the machine say."""

import os

import pytest

from reference_impl.core import threads as setting
from reference_impl.core.errors import DtypeError, RangeError
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


@pytest.mark.parametrize("count", [0, -1, 5000])
def test_a_machine_has_some_threads_and_not_thousands(unset, count):
    with pytest.raises(RangeError, match=rf"set_threads: .* 1 to 1024 .* {count} came"):
        set_threads(count)


@pytest.mark.parametrize("count", [1.5, "2", None])
def test_threads_are_counted_in_integers(unset, count):
    with pytest.raises(DtypeError, match="set_threads"):
        set_threads(count)


@pytest.mark.parametrize("setting", ["many", "0", "99999"])
def test_the_environment_must_say_a_number_of_threads(unset, setting):
    unset.setenv("REFERENCE_IMPL_THREADS", setting)
    with pytest.raises(RangeError, match=r"REFERENCE_IMPL_THREADS: .* came"):
        threads()


def test_a_process_can_use_a_processor():
    assert 1 <= usable_cpus() <= os.cpu_count()
