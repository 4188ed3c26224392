import io
import itertools
import re

import numpy as np
import pytest

from reference_impl import train
from reference_impl.train import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def lines(run, file, **options):
    clock = itertools.count().__next__  # a second for every look
    run.fit(epochs=2, callbacks=[train.Progress(file, clock)], **options)
    return file.getvalue()


def test_every_evaluation_is_a_line(run):
    first, second = lines(run, io.StringIO()).splitlines()

    assert re.fullmatch(r"epoch 1  step 6  train_loss \d\.\d+  6 steps/s", first)
    assert re.fullmatch(r"epoch 2  step 12  train_loss \d\.\d+  6 steps/s", second)


def test_scores_that_are_single_numbers_are_said(run):
    scores = {"accuracy": 0.123456, "matrix": np.eye(2)}
    text = lines(run, io.StringIO(), evaluate=lambda model: scores)

    assert "accuracy 0.1235" in text
    assert "matrix" not in text


def test_standard_output_is_where_lines_go(run, capsys):
    run.fit(epochs=1, callbacks=[train.Progress()])

    assert capsys.readouterr().out.startswith("epoch 1  step 6  train_loss")


def test_a_terminal_gets_a_bar_and_the_lines(run):
    pytest.importorskip("rich", reason="rich is not installed")
    text = lines(run, Terminal())

    assert "12/12" in text
    assert "epoch 1  step 6  train_loss " in text


def test_a_terminal_gets_lines_where_rich_is_not_there(run, monkeypatch):
    monkeypatch.setattr(progress, "Bar", None)

    assert len(lines(run, Terminal()).splitlines()) == 2
