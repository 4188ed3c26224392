"""Draw the scores in a notebook while training goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .callback import Callback, Moment, numbers

try:
    from IPython.display import display
    from plotly.graph_objects import Figure
except ImportError as error:
    _missing: str | None = error.name
else:
    _missing = None


@dataclass
class LivePlot(Callback):
    """A curve for every score over the steps, drawn anew at every evaluation.

    Attributes
    ----------
    figure : plotly figure
        What is drawn; it stays after training.
    show : function figure -> handle, optional
        How it is shown first; `handle.update(figure)` shows it again. By default in the
        cell of the notebook that runs.

    Raises
    ------
    ImportError
        If `plotly` or `IPython` is not installed.
    """

    show: Callable[[Any], Any] | None = None
    figure: Any = field(default=None, init=False, repr=False)

    _handle: Any = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        if _missing is not None:
            raise ImportError(
                f"LivePlot: the package {_missing} is needed; install it with "
                f"`pip install plotly ipython`"
            )

    def begin(self, moment: Moment) -> None:
        """Show an empty figure."""
        self.figure = Figure(layout={"xaxis": {"title": {"text": "step"}}})
        self._handle = (self.show or _display)(self.figure)

    def after_evaluation(self, moment: Moment) -> None:
        """Add a point to every curve."""
        curves = {curve.name: curve for curve in self.figure.data}
        for name, number in numbers(moment.scores).items():
            if name not in curves:
                self.figure.add_scatter(x=(), y=(), name=name, mode="lines+markers")
                curves[name] = self.figure.data[-1]
            curves[name].x = (*(curves[name].x or ()), moment.step)
            curves[name].y = (*(curves[name].y or ()), number)
        if self._handle is not None:  # without a notebook there is nothing to update
            self._handle.update(self.figure)


def _display(figure: Any) -> Any:
    return display(figure, display_id=True)
