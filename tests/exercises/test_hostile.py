"""Submissions that attack the grader: none gains a point or outlives its test."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from exercises.catalogue import HERE
from exercises.confinement import Limits
from exercises.grader import grade

LIMITS = Limits(seconds=0.6, memory_bytes=128 << 20)
BOUND_SECONDS = 2 * LIMITS.seconds + 5

AT_IMPORT = {
    "endless loop": "while True: pass",
    "sleep": "import time; time.sleep(1000)",
    "leaves by the back door": "import os; os._exit(0)",
    "leaves by the front door": "import sys; sys.exit(0)",
    "raises what nobody catches": "raise BaseException",
    "ignores the end of its time": """
import signal
for each in (signal.SIGXCPU, signal.SIGTERM, signal.SIGINT):
    signal.signal(each, signal.SIG_IGN)
while True: pass
""",
    "memory": """
kept = []
while True: kept.append(bytearray(1 << 22))
""",
    "recursion without a limit": """
import sys
sys.setrecursionlimit(10**9)
def down(): return down()
down()
""",
    "a child that stays": """
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(1000)
""",
    "fork bomb": """
import os
while True: os.fork()
""",
    "fork bomb that forgives": """
import os
while True:
    try: os.fork()
    except OSError: pass
""",
    "a program started": "import subprocess; subprocess.run(['sleep', '1000'])",
    "forged answers": r"""
import os
for fd in range(32):
    try:
        os.write(fd, b'{"value": {"tuple": []}}\n' * 5)
        os.write(fd, b'{"score": 100, "passed": true}\n')
    except OSError: pass
os._exit(0)
""",
    "endless answers": """
import os
while True:
    for fd in range(32):
        try: os.write(fd, b'{"value": 1}' * 1000)
        except OSError: pass
""",
    "protocol taken over": """
import json, sys
json.dumps = lambda value, **_: '{"value": true}'
""",
    "leaves at the end": "import atexit, time; atexit.register(time.sleep, 1000)",
    "endless lines": "print('x' * 10**7)",
}

IN_THE_BODY = {
    "always equal": """
class Same:
    __hash__ = None
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __iter__(self): return iter(())
return Same()
""",
    "a tuple that is always equal": """
return type("tuple", (tuple,), {"__eq__": lambda self, other: True})()
""",
    "recursion": "return broadcast_shapes(*shapes)",
    "a list that holds itself": """
loop = []
loop.append(loop)
return loop
""",
    "an error that cannot be told": """
class Mute(Exception):
    def __str__(self): raise self
raise Mute
""",
    "an error with a false name": """
raise type("ShapeError", (Exception,), {"__module__": "reference_impl.core.errors"})
""",
    "a very long answer": "return 'x' * (1 << 24)",
    "a very large number": "return 10 ** 100_000",
}


@pytest.fixture
def graded(broadcasting, walled):
    """A function: the grade by two hidden tests, one of them on errors."""
    names = ("any_number_of_shapes_broadcasts", "sizes_that_differ_raise_a_shape_error")
    short = replace(broadcasting, weights=dict.fromkeys(names, 1))

    def result(source):
        began = time.monotonic()
        found = grade(short, source, seed=1, walled=walled, limits=LIMITS)
        assert time.monotonic() - began < BOUND_SECONDS
        assert found.verified is walled
        return found

    return result


def workers():
    """Processes of this machine that run a worker, those of other tests included."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"exercises.worker" in path.read_bytes():
                found.add(path.parent.name)
        except OSError:
            continue
    return found


def assert_gone(pids):
    """Wait until these have ended: workers of a test in parallel end soon."""
    deadline = time.monotonic() + BOUND_SECONDS
    while left := pids & workers():
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.1)


@pytest.mark.parametrize("attack", AT_IMPORT.values(), ids=AT_IMPORT)
def test_an_attack_at_import_gains_nothing(graded, with_body, attack):
    assert graded(with_body("return ()") + attack).score == 0
    assert_gone(workers())


@pytest.mark.parametrize("attack", IN_THE_BODY.values(), ids=IN_THE_BODY)
def test_an_attack_in_the_body_gains_nothing(graded, with_body, attack):
    assert graded(with_body(attack)).score == 0
    assert_gone(workers())


@pytest.mark.parametrize(
    "made", ["class Size(int): pass", "Size = float", "Size = bool"]
)
def test_sizes_of_another_type_gain_nothing(graded, with_body, solution, made):
    cheat = with_body(solution.replace("(result)", "(map(Size, result))"))

    assert graded(f"{cheat}\n{made}\n").score == 0


def test_an_attack_on_the_parent_gains_nothing(broadcasting, with_body, walls):
    attack = "import os\nfor pid in (os.getppid(), 1, -1): os.kill(pid, 9)"

    assert grade(broadcasting, with_body(attack), seed=1, walled=True).score == 0


THIEF = f"""
import re
text = open({str(HERE.parent / "reference_impl/core/shape.py")!r}).read()
names = dict(ShapeError=ShapeError)
exec(re.sub(r"from [.]\\w+ import .*", "", text), names)
return names["broadcast_shapes"](*shapes)
"""


def test_walls_keep_the_library_from_being_read(broadcasting, with_body, walls):
    assert grade(broadcasting, with_body(THIEF), seed=1, walled=True).score == 0


def test_without_walls_it_can_be_read_and_the_grade_says_so(broadcasting, with_body):
    result = grade(broadcasting, with_body(THIEF), seed=1, walled=False)

    assert result.score == 100
    assert not result.verified


def test_the_grader_never_imports_a_submission(graded, with_body):
    graded(with_body("return ()"))

    assert "submission" not in sys.modules
