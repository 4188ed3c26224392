"""The report as files: whole or not at all."""

import os

import pytest
from comparison_documents import (
    document,
    empty,
    row,
)

from workbench import report
from workbench.errors import UserError


def test_a_report_is_a_page_and_what_it_needs(tmp_path):
    page = report.write([document(row("reference"))], tmp_path / "new" / "report")

    assert page == tmp_path / "new" / "report" / "index.html"
    names = sorted(path.name for path in page.parent.iterdir())
    assert names == ["index.html", "plotly.min.js"]


def test_words_that_are_no_text_do_not_cost_the_report(tmp_path):
    rows = [row("reference"), empty("jax", "failed", "bytes: \udcff")]

    assert "bytes: ?" in report.write([document(*rows)], tmp_path).read_text("utf-8")


def test_no_document_makes_no_report(tmp_path):
    with pytest.raises(UserError, match="at least one"):
        report.write([], tmp_path)


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_report_that_cannot_be_written_leaves_the_old_one(
    tmp_path, monkeypatch, moment
):
    good = report.write([document(row("reference"))], tmp_path).read_bytes()

    def full(*arguments):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, moment, full)
    with pytest.raises(UserError, match="no space"):
        report.write([document(row("jax"))], tmp_path)

    assert (tmp_path / "index.html").read_bytes() == good
    assert len(list(tmp_path.iterdir())) == 2


def test_a_document_that_cannot_be_read_leaves_the_old_report(tmp_path):
    good = report.write([document(row("reference"))], tmp_path).read_bytes()

    with pytest.raises(KeyError):
        report.write([{"schema": 1}], tmp_path)

    assert (tmp_path / "index.html").read_bytes() == good
