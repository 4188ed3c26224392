import os
import threading
import time

import pytest

from workbench.process import Failed, Missing, Worker

READY = '{"import_seconds": 0.1, "versions": {}}'
FOREVER = "\nimport time\nwhile True: time.sleep(60)"


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(framework, *, limit_seconds=20.0):
        worker = Worker(framework, tmp_path, cores=[0], limit_seconds=limit_seconds)
        started.append(worker)
        return worker

    yield begin
    for worker in started:
        worker.stop()


def test_the_reference_answers_with_its_versions_and_its_import_time(start):
    worker = start("reference", limit_seconds=60.0)

    assert worker.import_seconds > 0
    assert set(worker.versions) == {"reference_impl", "numpy"}


def test_a_crash_is_reported_with_the_last_words(start, impostor):
    impostor("jax", "import sys; sys.exit('out of ideas')")

    with pytest.raises(Failed, match=r"exit code 1\nout of ideas"):
        start("jax")


def test_a_crash_in_the_middle_is_reported_too(start, impostor):
    impostor(
        "jax", f"import sys; print('{READY}', flush=True); sys.stdin.readline(); 1/0"
    )
    worker = start("jax")

    with pytest.raises(Failed, match=r"check: [\s\S]*ZeroDivisionError"):
        worker.ask("check")


def test_a_worker_that_does_not_answer_is_given_up_in_time(start, impostor):
    impostor("jax", "import time; time.sleep(60)")

    with pytest.raises(Failed, match="no answer within"):
        start("jax", limit_seconds=0.5)


def test_an_answer_that_is_no_json_is_a_failure(start, impostor):
    impostor("jax", "print('hello', flush=True); import time; time.sleep(60)")

    with pytest.raises(Failed, match="hello"):
        start("jax")


def test_a_framework_that_is_not_there_is_missing_with_a_way_to_get_it(start, impostor):
    impostor(
        "jax",
        """
        import sys
        sys.modules["jax"] = None
        from workbench.worker import main
        main(*sys.argv[3:])
        """,
    )

    with pytest.raises(Missing, match="jax is not installed"):
        start("jax")


def test_an_interpreter_that_is_not_there_is_missing_by_its_name(start, monkeypatch):
    monkeypatch.setenv("MAPPING_PYTHON_JAX", "/no/such/python")

    with pytest.raises(Missing, match="there is no /no/such/python; make setup"):
        start("jax")


def test_an_interpreter_that_cannot_be_started_is_a_failure(start, monkeypatch):
    monkeypatch.setenv("MAPPING_PYTHON_JAX", "/")

    with pytest.raises(Failed, match="cannot start /: Permission denied"):
        start("jax")


def test_what_a_framework_prints_spoils_no_answer(start, impostor):
    impostor(
        "reference",
        """
        import sys
        import adapters.reference.tensor as tensor
        versions = tensor.versions
        tensor.versions = lambda: (print("chatter"), versions())[1]
        from workbench.worker import main
        main(*sys.argv[3:])
        """,
    )

    assert start("reference", limit_seconds=60.0).versions


def test_a_worker_that_failed_is_ended_and_says_so_from_then_on(start, impostor):
    impostor("jax", f"print('{READY}', flush=True)" + FOREVER)
    worker = start("jax", limit_seconds=3.0)
    number = worker._process.pid

    with pytest.raises(Failed, match="first: no answer within 3 seconds"):
        worker.ask("first")

    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    with pytest.raises(Failed, match=r"second: .* ended \(first: no answer within"):
        worker.ask("second")


def test_who_ends_a_worker_that_another_is_ending_waits_for_it(start, monkeypatch):
    worker = start("reference", limit_seconds=60.0)
    wait, is_waiting = worker._process.wait, threading.Event()

    def slowly():
        is_waiting.set()
        time.sleep(0.5)
        return wait()

    monkeypatch.setattr(worker._process, "wait", slowly)
    threading.Thread(target=worker.stop).start()
    is_waiting.wait()

    worker.stop()

    assert worker._process.returncode is not None


@pytest.mark.parametrize("answer", ['{"id": 2}', "{}"])
def test_an_answer_to_another_request_is_a_failure(start, impostor, answer):
    impostor(
        "jax", f"print('{READY}', flush=True); print('{answer}', flush=True)" + FOREVER
    )
    worker = start("jax")

    with pytest.raises(Failed, match=r"request 1 was needed, .* came"):
        worker.ask("check")
