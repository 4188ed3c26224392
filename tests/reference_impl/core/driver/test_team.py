"""Threads that run programs together."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from forks import needs_fork

from reference_impl.core.driver import run
from reference_impl.core.driver.team import Team, team

# A thread that is idle sleeps after about 0.04 seconds, on a busy machine later.
LONG_IDLE_SECONDS = 0.15


@pytest.fixture
def counting(tables):
    """A program that adds one to 6 words, and these."""
    x = np.zeros(6, np.int64)
    return tables((6, 1, 1, [("affine", (x.ctypes.data, 1, 1), 1)])), x


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_that_sleep_are_woken(counting, threads):
    program, x = counting
    for _ in range(3):
        run(program, threads)
        time.sleep(LONG_IDLE_SECONDS)

    assert (x == 3).all()


def test_threads_sleep_when_there_is_nothing_to_do(counting):
    program, _ = counting
    run(program, 2)
    time.sleep(LONG_IDLE_SECONDS)
    begun = time.process_time()
    time.sleep(0.1)

    assert time.process_time() - begun < 0.05


def test_threads_that_take_naps_notice_a_run(counting):
    program, x = counting
    for _ in range(20):
        run(program, 2)
        time.sleep(0.002)

    assert (x == 20).all()


def test_several_threads_of_python_may_run_programs(tables):
    arrays = np.zeros((3, 6), np.int64)
    programs = [
        tables((6, 1, 1, [("affine", (x.ctypes.data, 1, 1), 1)])) for x in arrays
    ]

    def work(program):
        for i in range(300):
            run(program, 1 + i % 2)

    workers = [threading.Thread(target=work, args=(each,)) for each in programs]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert (arrays == 300).all()


def test_there_is_one_team_of_a_size():
    assert team(2) is team(2)
    assert team(2) is not team(1)


def test_a_team_can_be_closed(counting):
    program, x = counting
    before = threading.active_count()
    own = Team(3)
    own.run(program.address)
    own.close()

    assert (x == 1).all()
    assert threading.active_count() == before


@pytest.fixture
def interrupted(counting):
    """A team whose run was interrupted after its thread had been woken."""
    own = Team(2)
    own._lead(counting[0].address, 0, own._address)
    assert not own._has_run.value
    own._woken[0].set()
    time.sleep(LONG_IDLE_SECONDS)
    return own


def test_a_team_runs_after_an_interrupt(interrupted, counting):
    program, x = counting
    interrupted.run(program.address)
    interrupted.close()

    assert (x == 1).all()


def test_a_team_closes_after_an_interrupt(interrupted):
    interrupted.close()

    assert not any(each.is_alive() for each in interrupted._threads)


PROGRAM = """
import os, sys
import numpy as np
from reference_impl.core.build import built
from reference_impl.core.driver import Tables, run
from reference_impl.core.driver.words import *
from reference_impl.core.kernel import named

source = named("one", '''define void @{name}(ptr %args, i64 %begin, i64 %end) {
  %first = load ptr, ptr %args
  %x = getelementptr i64, ptr %first, i64 %begin
  %old = load i64, ptr %x
  %new = add i64 %old, 1
  store i64 %new, ptr %x
  ret void
}
''', "llvm")
address = built([source])[source.name]
x = np.zeros(2, np.int64)
program = Tables(
    np.array([row(STAGE_WORDS, {COUNT: 1, END: 1})]),
    np.array([row(GROUP_WORDS, {COUNT: 1, EXTENT: 2, CHUNK: 1, WAITS: 1})]),
    np.array([row(INSTRUCTION_WORDS, {FUNCTION: address, FACTOR: 1})]),
    np.array([x.ctypes.data]),
    np.array([0]),
)
run(program, 2)
"""


def finished(program):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + program], capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def test_a_process_ends_while_its_threads_wait_for_work():
    assert finished("print(x, flush=True)") == "[1 1]\n"


@needs_fork
def test_a_forked_process_has_threads_of_its_own():
    printed = finished("""
child = os.fork()
run(program, 2)
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print(x, flush=True)
""")

    assert printed == "[2 2]\n[2 2]\n"
