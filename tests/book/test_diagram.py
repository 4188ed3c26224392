import xml.etree.ElementTree as ElementTree

import pytest

pytest.importorskip("sphinx", reason="needs Sphinx, which is not installed")

from mapping_book.diagram import DRAWINGS, labelled

SVG = "{http://www.w3.org/2000/svg}"
FILES = sorted(DRAWINGS.glob("*.svg"))


def test_a_drawing_is_announced_by_its_text():
    root = ElementTree.fromstring(
        labelled('<svg viewBox="0 0 1 1"></svg>', 'a "b" & c')
    )

    assert root.attrib == {
        "role": "img",
        "aria-label": 'a "b" & c',
        "viewBox": "0 0 1 1",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_drawing_scales_and_takes_the_colours_of_the_page(path):
    root = ElementTree.parse(path).getroot()
    colours = {
        element.get(kind)
        for element in root.iter()
        for kind in ("fill", "stroke")
        if element.get(kind) not in (None, "none")
    }

    assert root.tag == f"{SVG}svg"
    assert "viewBox" in root.attrib
    assert all(colour.startswith("var(--pst-") for colour in colours)


def test_no_two_drawings_share_an_id():
    ids = [
        element.get("id")
        for path in FILES
        for element in ElementTree.parse(path).iter()
        if element.get("id")
    ]

    assert len(ids) == len(set(ids))
