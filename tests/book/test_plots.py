import pytest

pytest.importorskip("sphinx", reason="needs Sphinx, which is not installed")
pytest.importorskip("plotly", reason="needs Plotly, which is not installed")

from docutils import nodes
from mapping_book.plots import has_plot
from plotly import graph_objects


def page(html):
    return nodes.container("", nodes.raw("", html, format="html"))


def test_a_page_with_a_plot_is_recognised():
    html = graph_objects.Figure().to_html(full_html=False, include_plotlyjs=False)

    assert has_plot(page(html))


def test_a_page_without_a_plot_loads_nothing():
    assert not has_plot(page("<p>plotly</p>"))
