"""Plots: what is drawn, and how it is taken away."""

import re
import struct

import numpy as np
import pytest
from comparison_documents import document, layer, row
from report_pages import (
    DOCUMENTS,
    FIRST,
    SECOND,
    downloaded,
    panel,
    traces,
    wait_for_plots,
)

from adapters.contract import MODES
from workbench import report

LEAST_PIXELS = 50  # of the height of what is drawn, beside its legend

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report")]


@pytest.mark.parametrize("anchor", [FIRST, SECOND])
def test_every_plot_is_drawn_or_says_why_not(opened, anchor):
    page = opened(f"#{anchor}", with_plots=True)
    wait_for_plots(page)

    boxes = panel(page, anchor).locator(".chart").all()
    assert boxes
    for box in boxes:
        assert box.locator(".main-svg").count() or box.inner_text()


def test_bars_become_points_where_there_is_no_zero(opened):
    page = opened(with_plots=True)

    panel(page).get_by_label("Logarithmic axes").check()

    assert traces(page, "cost/step_seconds")[0]["mode"] == "markers"


def test_errors_of_zero_have_a_place_left_of_all_others(shown):
    found = traces(shown, "errors/float32")

    points = [t for t in found if t["mode"] == "markers"]
    gates = [t["x"][0] for t in found if t["mode"] == "lines+text"]
    assert len(points) == 4
    assert all(0 < x < min(gates) / 5 for t in points for x in t["x"])


def test_layers_without_parameters_have_no_error_backward(shown):
    forward, backward = (
        traces(shown, f"layers/{kind}") for kind in ("forward", "gradient")
    )

    assert [t["y"] for t in forward] == [["generator.hidden", "generator.relu"]] * 2
    assert [t["y"] for t in backward] == [["generator.hidden"]] * 2


def test_every_objective_is_drawn(shown):
    found = [
        traces(shown, f"loss/itself/{one}") for one in DOCUMENTS[0]["rows"][0]["losses"]
    ]

    assert [t[0]["y"][0] > t[0]["y"][-1] for t in found] == [True, False]


def test_every_plot_can_be_taken_as_a_drawing(shown):
    for box in panel(shown).locator("figure").all():
        title = box.locator("figcaption").inner_text().split("\n")[0].strip()
        download = downloaded(shown, box.get_by_role("button", name="SVG"))
        text = download.path().read_text(encoding="utf-8")
        assert text.startswith("<svg")
        assert f"{title}: gan" in text
        assert "http" not in text.replace("http://www.w3.org/", "")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A report of a model in every mode, each with its layers."""
    rng = np.random.default_rng(0)
    rows = [
        row(framework, mode, layers=[layer("hidden", rng)])
        for framework, modes in MODES.items()
        for mode in modes
    ]
    folder = tmp_path_factory.mktemp("crowded")
    return report.write([document(*rows)], folder).parent


@pytest.mark.parametrize("width", [1300, 390])
def test_a_legend_has_all_its_entries_on_the_screen_and_in_a_file(
    opened, crowded, width
):
    page = opened(address=crowded.as_uri(), viewport={"width": width, "height": 800})
    wait_for_plots(page)
    names = {f"{f} ({mode})" for f, modes in MODES.items() for mode in modes}

    for plot in ("layers/forward", "errors/float64", "loss/itself/loss"):
        figure = page.locator(f"figure:has([data-plot='{plot}'])")
        legend = figure.locator(".legend")
        ends = [one.bounding_box() for one in legend.locator(".legendtext").all()]
        ground = legend.locator(".bg").bounding_box()
        assert {*legend.locator(".legendtext").all_text_contents()} == names
        lowest = max(end["y"] + end["height"] for end in ends)
        assert lowest <= ground["y"] + ground["height"]
        assert figure.locator(".gridlayer").bounding_box()["height"] > LEAST_PIXELS
        file = downloaded(page, figure.get_by_role("button", name="SVG")).path()
        text = file.read_text(encoding="utf-8")
        (clip,) = re.findall(
            r'<clipPath id="legend[^>]*><rect[^>]*height="([\d.]+)"', text
        )
        assert float(clip) >= ground["height"] - 2


def test_a_plot_can_be_taken_as_a_picture(shown):
    box = panel(shown).locator("figure", has_text="Errors in float64")

    download = downloaded(shown, box.get_by_role("button", name="PNG"))

    data = download.path().read_bytes()
    assert download.suggested_filename == f"{FIRST}-errors-float64.png"
    assert data.startswith(b"\x89PNG")
    width, _ = struct.unpack(">II", data[16:24])
    assert width == 2 * box.locator(".chart").evaluate("chart => chart.clientWidth")


def test_plots_fit_white_paper(opened):
    page = opened(with_plots=True, color_scheme="dark")
    wait_for_plots(page)
    plots = "panel => all('.js-plotly-plot', panel).map(box => [box.layout.width, " + (
        "box.layout.font.color])"
    )

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = panel(page).evaluate(plots)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    shown = panel(page).evaluate(plots)

    assert {tuple(found) for found in printed} == {(640, "#20242a")}
    assert {color for _, color in shown} == {"#e7e5e0"}
    assert 640 not in {width for width, _ in shown}
