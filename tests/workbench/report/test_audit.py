"""The field's own auditor of accessibility, axe, on the whole page."""

import pytest
from report_pages import NARROW_PIXELS, choose, wait_for_plots

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="needs axe-playwright-python"
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report")]


@pytest.mark.parametrize("width", [1280, NARROW_PIXELS])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_audit_of_accessibility_finds_nothing(opened, width, scheme):
    size = {"width": width, "height": 800}
    page = opened(with_plots=True, color_scheme=scheme, viewport=size)
    choose(page, "1", "2")  # a filter that is on, and leaves every row
    page.locator("details").evaluate_all("all => all.forEach(d => { d.open = true; })")
    page.get_by_role("radio", name="errors in float64").check()
    wait_for_plots(page)

    found = axe.Axe().run(page).response["violations"]

    assert page.locator("#count").inner_text().startswith("8 of 8 rows")
    assert found == []


def test_the_rules_of_the_audit_are_those_that_were_meant(opened):
    page = opened()
    page.locator("h1").evaluate("title => { title.style.color = '#eee'; }")

    found = axe.Axe().run(page).response["violations"]

    assert [one["id"] for one in found] == ["color-contrast"]
