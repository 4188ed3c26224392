"""Results as files."""

import json

import pytest
from report_pages import DOCUMENTS, HOSTILE, downloaded, layers, records

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report")]


@pytest.fixture(scope="module")
def page(new_page, bare):
    """The report, opened once: a download changes nothing in it."""
    page = new_page(offline=True)
    page.goto(f"{bare().as_uri()}/index.html")
    yield page
    page.context.close()


def test_rows_are_downloaded_with_all_digits(page):
    rows = records(page, "Rows as CSV")

    originals = [row for one in DOCUMENTS for row in one["rows"]]
    for row_, original in zip(rows, originals, strict=True):
        assert row_["framework"] == original["framework"]
        if original["step_seconds"]:
            assert float(row_["step_seconds.high"]) == original["step_seconds"]["high"]
            assert float(row_["float32.forward_error"]) == 0
    assert [row_["threads"] for row_ in rows] == ["1"] * 4 + ["2"] * 4
    # A spreadsheet would take the reason for a formula.
    assert rows[5]["reason"] == f"'{HOSTILE}"


def test_losses_are_downloaded_step_by_step(page):
    rows = records(page, "Losses as CSV")

    mine = [
        r for r in rows if (r["mode"], r["objective"]) == ("op by op", "generator_loss")
    ]
    assert [int(r["step"]) for r in mine] == list(range(1, 31))
    losses = DOCUMENTS[0]["rows"][3]["losses"]["generator_loss"]
    assert [float(r["loss"]) for r in mine] == losses


def test_layers_are_downloaded_one_by_one(page):
    rows = records(page, "Layers as CSV")

    assert [r["layer.name"] for r in rows] == ["generator.hidden", "generator.relu"] * 2
    assert float(rows[0]["layer.forward"]) == layers()[0]["forward"]


def test_everything_is_downloaded_as_it_came(page):
    download = downloaded(page, page.get_by_role("button", name="Everything as JSON"))

    assert json.loads(download.path().read_text(encoding="utf-8")) == DOCUMENTS
