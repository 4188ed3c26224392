"""Adapters' code: highlighted, matched and counted."""

import pytest

from adapters.contract import FRAMEWORKS
from workbench.report import listings
from workbench.report.costs import lines_of_adapters, lines_of_models


@pytest.mark.parametrize("file", listings.files(["gan"]))
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_pieces_of_a_highlighted_file_are_the_file(framework, file):
    source = listings.source(framework, file)

    lines = listings.highlighted(source)

    assert ["".join(text for _, text in line) for line in lines] == source.splitlines()


def test_strings_over_several_lines_are_strings_in_each_line():
    lines = listings.highlighted('x = """a\n  b""" + y  # c\n')

    assert lines[0] == [("", "x = "), ("string", '"""a')]
    assert lines[1] == [("string", '  b"""'), ("", " + y  "), ("comment", "# c")]


def test_matches_are_lines_that_are_equal():
    left, right = (listings.source(f, "train.py") for f in ("pytorch", "jax"))

    matches = listings.matches(left, right)

    assert matches[-1][2] == 0
    for at_left, at_right, count in matches:
        ours = left.splitlines()[at_left : at_left + count]
        assert ours == right.splitlines()[at_right : at_right + count]


def test_lines_in_common_are_equal_and_in_order_in_every_text():
    texts = [listings.source(f, "train.py") for f in ("pytorch", "jax", "mxnet")]

    common = listings.common(texts)

    for text, places in zip(texts, zip(*common, strict=True), strict=True):
        assert list(places) == sorted(set(places))
        lines = text.splitlines()
        assert [lines[at] for at in places] == [
            texts[0].splitlines()[at] for at, *_ in common
        ]


def test_a_line_that_stands_elsewhere_is_not_in_common():
    assert len(listings.common(["first\nsecond\n", "second\nfirst\n"])) == 1


def test_lines_of_code_are_neither_blank_nor_a_comment(monkeypatch):
    monkeypatch.setattr(
        listings, "source", lambda *names: "# a\n\nx = 1  # b\n  \ny = 2"
    )

    assert listings.count("jax", "optim.py") == 2


def test_the_model_comes_first_of_the_files():
    files = listings.files(["gan", "mlp"])

    assert files[:2] == ["models/gan.py", "models/mlp.py"]
    assert {"train.py", "symbolic.py", "session.py"} <= set(files)


def test_lines_of_code_are_counted_by_model_and_by_file():
    models, shared = lines_of_models(["gan", "mlp"]), lines_of_adapters()

    for table, files in ((models, listings.files([])), (shared, ["models/gan.py"])):
        titles = [column.title for column in table.columns]
        assert titles[-1] == "total"
        assert not set(titles) & set(files)
        for line in table.lines:
            known = [cell.key or 0 for cell in line.cells]
            assert known[-1] == sum(known[:-1]) > 0


def test_a_file_that_a_framework_has_not_has_no_lines():
    assert listings.count("jax", "session.py") is None
    assert listings.count("mine", "train.py") is None
