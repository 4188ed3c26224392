import sys
import time

from exercises.process import run


def python(program, **more):
    return run([sys.executable, "-c", program], seconds=5, **more)


def test_what_a_process_reads_prints_and_returns_is_passed_on():
    program = "import sys; print(sys.stdin.read().upper()); sys.exit(3)"

    ended = python(program, text="text")

    assert (ended.code, ended.output) == (3, b"TEXT\n")


def test_output_is_kept_up_to_its_bound():
    assert python("print('x' * 1000)", output_bytes=10).output == b"x" * 10


def test_a_process_that_is_late_is_stopped():
    ended = run([sys.executable, "-c", "while True: pass"], seconds=0.3)

    assert ended.code is None


def test_a_child_left_behind_is_stopped_and_not_waited_for(tmp_path):
    signs = tmp_path / "signs"
    signs.touch()
    program = f"""
import os, time
if os.fork() == 0:
    for _ in range(300):
        time.sleep(0.1)
        open({str(signs)!r}, "a").write("alive")
"""
    began = time.monotonic()

    assert python(program).code == 0
    assert time.monotonic() - began < 5

    before = signs.read_text()
    time.sleep(0.5)
    assert signs.read_text() == before
