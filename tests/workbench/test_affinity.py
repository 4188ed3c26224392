import subprocess
import sys

import pytest

from workbench import machine

# Threads that wait, as those of a framework do, and afterwards where all of them are.
MOVED = """
import os, sys, threading
from workbench.affinity import pin

before, done = threading.Barrier(4), threading.Event()
for _ in range(3):
    threading.Thread(target=lambda: (before.wait(), done.wait())).start()
before.wait()
pin({int(sys.argv[1])})
threads = map(int, os.listdir("/proc/self/task"))
print(*{tuple(os.sched_getaffinity(thread)) for thread in threads})
done.set()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="others do not choose their cores")
@pytest.mark.parametrize("core", machine.cores()[:2])
def test_threads_that_run_already_move_too(core):
    done = subprocess.run(
        [sys.executable, "-c", MOVED, str(core)], capture_output=True, text=True
    )

    assert done.stdout.strip() == f"({core},)", done.stderr
