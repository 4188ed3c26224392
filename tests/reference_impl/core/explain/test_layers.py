import itertools

import pytest

from reference_impl.core.explain.layers import GAP, layout

DIAMOND = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d")]


@pytest.fixture
def diamond():
    return layout(dict.fromkeys("abcd", 40.0), DIAMOND)


def test_a_box_stands_below_what_it_depends_on(diamond):
    layers = {name: layer for name, (_, layer) in diamond.centre.items()}

    assert layers == {"a": 0, "b": 1, "c": 1, "d": 2}
    assert diamond.layers == 3


def test_an_input_stands_right_above_its_first_reader():
    found = layout(dict.fromkeys("abxc", 40.0), [("a", "b"), ("b", "c"), ("x", "c")])

    assert found.centre["x"][1] == found.centre["c"][1] - 1


def test_what_is_made_of_an_input_alone_is_near_what_reads_it():
    chain = [("a", "b"), ("b", "c"), ("c", "d"), ("x", "y"), ("y", "d")]

    found = layout(dict.fromkeys("abcxyd", 40.0), chain)

    layers = {name: layer for name, (_, layer) in found.centre.items()}
    assert (layers["x"], layers["y"], layers["d"]) == (1, 2, 3)


def test_boxes_and_arrows_of_a_layer_do_not_overlap(diamond):
    places = [(x, 40.0, layer) for x, layer in diamond.centre.values()]
    (long,) = (path for path in diamond.paths if len(path) == 3)
    places.append((long[1][0], 10.0, 1))

    for (x, width, layer), (y, other, same) in itertools.combinations(places, 2):
        if layer == same:
            assert abs(x - y) >= (width + other) / 2 + GAP - 1e-9


def test_a_path_begins_and_ends_at_its_boxes(diamond):
    for (start, end), path in zip(DIAMOND, diamond.paths, strict=True):
        assert path[0] == diamond.centre[start]
        assert path[-1] == diamond.centre[end]


def test_everything_is_within_the_width(diamond):
    for x, _ in diamond.centre.values():
        assert 20 <= x <= diamond.width - 20


def test_nothing_has_a_layout():
    found = layout({}, [])

    assert (found.width, found.layers) == (0, 0)
