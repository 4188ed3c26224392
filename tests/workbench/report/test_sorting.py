"""Tables whose columns are sorted."""

import pytest
from report_pages import FIRST, SECOND, column, panel

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report")]


def test_columns_are_sorted_with_the_keyboard_and_the_unknown_stays_last(opened):
    page = opened(f"#{SECOND}")
    table = page.locator(f"[id='{SECOND}-cost']")
    table.get_by_role("button", name="Training step").focus()
    orders = []

    for _ in range(2):
        page.keyboard.press("Enter")
        heading = table.locator("th", has_text="Training step")
        heads = column(page, 1, f"{SECOND}-cost")
        orders.append(
            (heading.get_attribute("aria-sort"), [h.split()[0] for h in heads])
        )

    unknown = ["tensorflow", "mxnet"]
    assert orders == [
        ("ascending", ["jax", "reference", *unknown]),
        ("descending", ["reference", "jax", *unknown]),
    ]


def test_words_are_sorted_by_the_alphabet(opened):
    page = opened()

    page.locator(f"[id='{FIRST}-cost'] thead button").first.click()

    assert column(page, 1) == ["jax", "jax", "pytorch", "reference"]


def test_layers_return_to_the_order_in_which_data_passes(opened):
    page = opened()
    panel(page).get_by_text("All layers as a table").click()
    table = panel(page).locator(f"[id='{FIRST}-layers']")

    table.get_by_role("button", name="time").first.click()
    table.get_by_role("button", name="layer").click()

    assert column(page, 1, f"{FIRST}-layers") == ["generator.hidden", "generator.relu"]
