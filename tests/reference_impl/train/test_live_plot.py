import numpy as np
import pytest

from reference_impl import train
from reference_impl.train import live_plot

plotly = pytest.importorskip("plotly", reason="plotly is not installed")
pytest.importorskip("IPython", reason="IPython is not installed")


class Handle:
    def __init__(self, figure):
        self.lengths = [len(figure.data)]

    def update(self, figure):
        self.lengths.append(len(figure.data[0].x))


def test_every_score_is_a_curve_that_grows(run):
    shown = []
    scores = {"accuracy": 0.5, "matrix": np.eye(2)}
    plot = train.LivePlot(show=lambda figure: shown.append(Handle(figure)) or shown[0])

    for _ in range(2):  # a second training starts anew
        shown.clear()
        run.fit(epochs=3, evaluate=lambda model: scores, callbacks=[plot])

        loss, accuracy = plot.figure.data
        assert (loss.name, accuracy.name) == ("train_loss", "accuracy")
        assert list(loss.x) == list(accuracy.x) == [6, 12, 18]
        assert list(accuracy.y) == [0.5, 0.5, 0.5]
        assert shown[0].lengths == [0, 1, 2, 3]


def test_it_is_shown_in_the_notebook_and_again_there(run, monkeypatch):
    calls = []

    def display(figure, *, display_id):
        calls.append(display_id)
        return Handle(figure)

    monkeypatch.setattr(live_plot, "display", display)
    run.fit(epochs=1, callbacks=[train.LivePlot()])

    assert calls == [True]


def test_without_a_notebook_the_figure_is_there_after_training(run, capsys):
    plot = train.LivePlot()
    run.fit(epochs=2, callbacks=[plot])

    assert list(plot.figure.data[0].x) == [6, 12]


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(live_plot, "_missing", "plotly")

    with pytest.raises(ImportError, match="LivePlot: the package plotly is needed"):
        train.LivePlot()
