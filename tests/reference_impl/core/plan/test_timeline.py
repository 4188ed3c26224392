import xml.etree.ElementTree as ElementTree

import pytest

from reference_impl.core.plan.offsets import Lifetime
from reference_impl.core.plan.timeline import Rectangle, as_svg, as_text, size

SVG = "{http://www.w3.org/2000/svg}"

DRAWN = [
    Rectangle("hidden", Lifetime(128, 0, 3), 0),
    Rectangle("logits", Lifetime(100, 1, 2), 128),
    Rectangle("a < b & c", Lifetime(64, 3, 3), 128),
]


def buffers(svg):
    root = ElementTree.fromstring(svg)
    return [x for x in root.iter(f"{SVG}rect") if x.get("class") == "buffer"]


def number(element, name):
    return float(element.get(name))


def test_the_text_has_a_line_for_each_buffer_by_offset():
    assert as_text(DRAWN) == "\n".join(
        [
            "3 buffers in 256 B, 1.000 of the lower bound",
            "offset  bytes  steps  buffer     0",
            "     0    128  0-3    hidden     ####",
            "   128    100  1-2    logits      ##",
            "   128     64  3-3    a < b & c     #",
        ]
    )


def test_steps_share_columns_where_there_are_too_many():
    text = as_text([Rectangle("x", Lifetime(64, 0, 999), 0)], columns=10)

    title, ruler, line = text.splitlines()
    assert title == "1 buffers in 64 B, 1.000 of the lower bound"
    assert ruler.endswith("0       800")
    assert line.endswith(" " + "#" * 10)


def test_nothing_can_be_drawn():
    assert as_text([]).startswith("0 buffers in 0 B\n")
    assert not buffers(as_svg([]))


def test_a_rectangle_is_as_wide_as_a_life_and_as_high_as_a_size():
    hidden, logits, other = buffers(as_svg(DRAWN))

    assert number(hidden, "width") == pytest.approx(2 * number(logits, "width"))
    assert number(hidden, "height") == number(logits, "height")  # as it is aligned
    assert number(hidden, "height") == pytest.approx(2 * number(other, "height"))


def test_rectangles_of_a_plan_do_not_overlap():
    boxes = [
        [number(each, name) for name in ("x", "y", "width", "height")]
        for each in buffers(as_svg(DRAWN))
    ]

    for i, (x, y, w, h) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[:i]:
            apart = x + w <= x2 + 1e-3 or x2 + w2 <= x + 1e-3
            assert apart or y + h <= y2 + 1e-3 or y2 + h2 <= y + 1e-3


def test_a_buffer_tells_what_it_is():
    titles = [each.find(f"{SVG}title").text for each in buffers(as_svg(DRAWN))]

    assert titles == [
        "hidden: 128 B at 0, steps 0 to 3",
        "logits: 100 B at 128, steps 1 to 2",
        "a < b & c: 64 B at 128, steps 3 to 3",
    ]


def test_the_axes_are_numbered_with_steps_and_bytes():
    root = ElementTree.fromstring(as_svg(DRAWN, title="train"))
    texts = [x.text for x in root.iter(f"{SVG}text")]

    assert texts[0] == "train: 3 buffers in 256 B, 1.000 of the lower bound"
    assert {"0 B", "128 B", "256 B", "0", "3", "step"} <= set(texts)


def test_the_drawing_follows_light_and_dark_and_loads_nothing():
    svg = as_svg(DRAWN)

    assert "prefers-color-scheme: dark" in svg
    assert "currentColor" in svg
    assert "href" not in svg
    assert "url(" not in svg


@pytest.mark.parametrize(
    ("nbytes", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (3 << 20, "3 MiB")],
)
def test_sizes_are_in_the_unit_in_which_they_are_short(nbytes, text):
    assert size(nbytes) == text
