"""A process that forks while another of its threads holds a lock."""

import os
import subprocess
import sys

import pytest

needs_fork = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="the system has no fork"
)

_PROGRAM = """
import os, signal, threading
{prepare}
is_held, is_forked = threading.Event(), threading.Event()
def others():
    with {lock}:
        is_held.set()
        is_forked.wait()
threading.Thread(target=others).start()
is_held.wait()
child = os.fork()
if not child:
    signal.alarm(60)  # ends a process that waits for ever
    os._exit({answer})
is_forked.set()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def answer_of_a_child(prepare, *, lock, answer):
    """What the child computes, a small integer, which needs what the lock protects."""
    program = _PROGRAM.format(prepare=prepare, lock=lock, answer=answer)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return int(done.stdout)
