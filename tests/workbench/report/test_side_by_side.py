"""The code of adapters, side by side."""

import pytest
from report_pages import FIRST, NARROW_PIXELS, SECOND

from adapters.contract import MODES
from workbench.report import listings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report")]


@pytest.mark.parametrize("chosen", [("jax", "mxnet"), ("reference", "mxnet", "jax")])
@pytest.mark.parametrize("width", [1280, NARROW_PIXELS])
def test_adapters_stand_side_by_side(opened, width, chosen):
    page = opened(viewport={"width": width, "height": 800})
    for name in ("reference", "pytorch", "jax", "mxnet"):
        page.locator(f"#sides input[value={name}]").set_checked(name in chosen)
    page.locator("#file").select_option("optim.py")

    listing = page.locator("#listing")
    names = [name for name in MODES if name in chosen]
    caption = listing.locator("caption").inner_text()
    assert caption == f"optim.py in {', '.join(names)}"
    if width > NARROW_PIXELS:
        for place, name in enumerate(names):
            side = listing.locator(f"tbody td:nth-child({2 * place + 2}):not(.absent)")
            lines = side.evaluate_all("cells => cells.map(cell => cell.textContent)")
            assert lines == listings.source(name, "optim.py").splitlines()
    else:
        lines = listing.locator("td.text").all_text_contents()
        for name in names:
            assert set(listings.source(name, "optim.py").splitlines()) <= set(lines)


def test_the_code_is_that_of_the_model_until_another_file_is_chosen(opened):
    page = opened()
    assert page.locator("#file").input_value() == "models/gan.py"

    page.locator("#experiment").select_option(SECOND)
    assert page.locator("#file").input_value() == "models/linear_regression.py"
    lines = listings.count("pytorch", "models/linear_regression.py")
    assert f"pytorch {lines} lines of code" in page.locator("#listing").inner_text()

    page.locator("#file").select_option("train.py")
    page.locator("#experiment").select_option(FIRST)
    assert page.locator("#file").input_value() == "train.py"
