"""How far a build is."""

import io

import pytest

from reference_impl.core.build import progress
from reference_impl.core.build.progress import counted, show_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", -1.0)


def shown(stream, count=3):
    assert list(counted(range(count), count, stream)) == list(range(count))
    return stream.getvalue()


def test_a_terminal_counts_and_is_cleared_at_the_end():
    lines = shown(Terminal()).split("\r")

    assert lines[1:4] == [f"building kernels {i}/3" for i in (1, 2, 3)]
    assert lines[4].strip() == ""
    assert lines[5] == ""


def test_a_mistake_clears_the_line_too():
    stream = Terminal()

    def failing():
        yield 1
        yield 2
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        list(counted(failing(), 3, stream))

    assert stream.getvalue().endswith("\r" + " " * len("building kernels 1/3") + "\r")


def test_a_file_gets_nothing():
    assert shown(io.StringIO()) == ""


def test_a_short_build_shows_nothing(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 60.0)

    assert shown(Terminal()) == ""


def test_it_can_be_switched_off():
    show_progress(False)
    try:
        assert shown(Terminal()) == ""
    finally:
        show_progress(True)
