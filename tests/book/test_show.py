import math

import pytest

pytest.importorskip("IPython", reason="needs IPython, which is not installed")
pytest.importorskip("plotly", reason="needs Plotly, which is not installed")

import show

from reference_impl.core.plan.offsets import Lifetime
from reference_impl.core.plan.timeline import Rectangle

SPREAD = {"median": 2.0, "low": 1.0, "high": 4.0}
WHITE, DARK = "#ffffff", "#121212"
READABLE = 3  # WCAG 2.2, criterion 1.4.11: contrast of parts of a graphic


def contrast(one, other):
    """The ratio that WCAG 2.2 defines."""

    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in channels
        ]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_columns_of_numbers_are_aligned_to_the_right():
    lines = show.table(["name", "size"], [["a", 1], ["b", "–"]]).data.splitlines()

    assert lines == ["| name | size |", "| :-- | --: |", "| a | 1 |", "| b | – |"]


def test_a_cell_stays_one_line_and_cannot_be_markup():
    (*_, line) = show.table(["reason"], [["<b> a|b\n*c*"]]).data.splitlines()

    assert line == r"| \<b\> a\|b \*c\* |"


@pytest.mark.parametrize(
    ("quantity", "text"),
    [(None, "–"), (0, "0"), (0.12345, "0.123"), (SPREAD, "2 (1 to 4)")],
)
def test_a_quantity_is_written_with_its_spread(quantity, text):
    assert show.number(quantity) == text


def test_a_spread_keeps_its_parts_in_another_unit():
    assert show.scaled(SPREAD, 1000) == {"median": 2000, "low": 1000, "high": 4000}
    assert show.scaled(None, 1000) is None


def test_what_was_not_measured_is_not_drawn():
    figure = show.dots({"a": {"x": 1.0, "y": None}, "b": {"x": None}}, axis="seconds")

    assert [list(trace.y) for trace in figure.data] == [["x"], []]


def test_a_plot_of_nothing_can_be_drawn():
    assert show.dots({"a": {"x": None}}, axis="seconds").layout.xaxis.tickvals == ()


def test_a_bar_reaches_from_the_low_to_the_high_end():
    (trace,) = show.dots({"a": {"x": SPREAD}}, axis="seconds").data

    assert trace.x[0] - trace.error_x.arrayminus[0] == SPREAD["low"]
    assert trace.x[0] + trace.error_x.array[0] == SPREAD["high"]


def test_a_mark_and_its_name_stand_at_one_place():
    figure = show.dots({"a": {"x": 1.0}}, axis="error", marks={"gate": 1e-3})

    assert figure.layout.shapes[0].x0 == 1e-3
    assert figure.layout.annotations[0].x == math.log10(1e-3)


def test_ticks_surround_the_values():
    near, far = show.ticks([0.3, 20]), show.ticks([1e-9, 3])

    assert near[0] <= 0.3 < 20 <= near[-1]
    assert far[0] <= 1e-9 < 3 <= far[-1]
    assert len(far) < 12


def test_a_later_line_is_thinner_than_an_earlier_one():
    figure = show.lines({"a": [1, 2], "b": [1, 2]}, x="step", y="loss")

    assert figure.data[0].line.width > figure.data[1].line.width


@pytest.mark.parametrize("background", [WHITE, DARK])
@pytest.mark.parametrize("colour", show.COLOURS)
def test_every_colour_can_be_seen_on_both_backgrounds(colour, background):
    assert contrast(colour, background) > READABLE


def test_a_page_gets_a_plot_without_a_copy_of_plotly():
    bundle = show.Page().to_mimebundle(show.lines({"a": [1]}, x="x", y="y").to_dict())

    assert "plotly-graph-div" in bundle["text/html"]
    assert "<script src" not in bundle["text/html"]
    assert len(bundle["text/html"]) < 50_000


def test_a_box_covers_the_steps_and_the_bytes_of_its_buffer():
    buffer = Rectangle("product", Lifetime(2048, first=3, last=4), 1024)

    (bars,) = show.boxes([buffer]).data
    (centre,), (width,) = bars.x, bars.width

    assert (centre - width / 2, centre + width / 2) == (2.5, 4.5)
    assert (*bars.base, *bars.y) == (1, 2)  # KiB: where it begins, and how many


def test_a_roof_rises_with_its_bandwidth_up_to_the_peak():
    figure = show.roofline({"a": (2, 8.0)}, peak=100, roofs={"memory": 10})
    roof, points = figure.data

    assert (roof.x[1], roof.y[1]) == (10, 100)
    assert roof.y[0] / roof.x[0] == 10
    assert roof.y[-1] == 100
    assert (*points.x, *points.y) == (2, 8)
