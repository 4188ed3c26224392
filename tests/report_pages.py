"""A report for tests in a browser: what it is of, and what a page is asked."""

import csv
import io

import numpy as np
from comparison_documents import document, empty, layer, row

NARROW_PIXELS = 320
HOSTILE = "=1+1 </script><script>alert(1)</script>\n<img src=x onerror=alert(2)>"
FIRST, SECOND = "gan-0123456789", "linear_regression-0123456789"


def trained(framework, mode, seconds, **more):
    """A row that took so many seconds a step."""
    spread = {"median": seconds, "low": seconds * 0.9, "high": seconds * 1.2}
    curve = [2.0 / step + seconds * 1e-3 for step in range(1, 31)]
    losses = {"discriminator_loss": curve, "generator_loss": curve[::-1]}
    costs = dict.fromkeys(("step_seconds", "step_ratio", "latency_seconds"), spread)
    zeros = dict.fromkeys(("forward_error", "gradient_error", "trajectory_error"), 0.0)
    return row(framework, mode, losses=losses, float32=zeros, **{**costs, **more})


def layers():
    rng = np.random.default_rng(0)
    return [layer(name, rng) for name in ("generator.hidden", "generator.relu")]


DOCUMENTS = [
    document(
        trained("reference", "compiled", 0.002),
        trained("pytorch", "eager", 0.003, layers=layers()),
        trained("jax", "jit", 0.001),
        trained("jax", "op by op", 0.004, layers=layers(), remark="slow & <b>sure</b>"),
        model="gan",
    ),
    document(
        trained("reference", "compiled", 0.002),
        empty("tensorflow", "failed", HOSTILE, mode="fit"),
        trained("jax", "jit", 0.001, status="different", reason="the gradient differs"),
        empty("mxnet", "missing", mode="module"),
        model="linear_regression",
        threads=2,
    ),
]


def panel(page, anchor=FIRST):
    return page.locator(f"[id='{anchor}']")


def seen(page, selector):
    """The texts of what can be seen."""
    found = page.locator(selector).all()
    return [
        one.inner_text().split("\n")[0].strip() for one in found if one.is_visible()
    ]


def column(page, number, table=f"{FIRST}-cost"):
    """The texts of one column of a table, as far as they can be seen."""
    return seen(page, f"[id='{table}'] tbody tr > :nth-child({number})")


def wait_for_plots(page):
    page.wait_for_selector("main[aria-busy=false]")


def traces(page, plot):
    """The data of a plot, as plotly has them."""
    wait_for_plots(page)
    return panel(page).locator(f"[data-plot='{plot}']").evaluate("box => box.data")


def downloaded(page, button):
    with page.expect_download() as download:
        button.click()
    return download.value


def records(page, button):
    """A CSV file as records."""
    found = downloaded(page, page.get_by_role("button", name=button))
    text = found.path().read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def choose(page, *values):
    """Open the filter and tick some of its boxes."""
    page.locator("#filter").evaluate("filter => { filter.open = true; }")
    for value in values:
        page.locator(f"#filter input[value='{value}']").check()


def where(page):
    """The address as the page knows it; what the driver knows may be older."""
    return page.evaluate("location.href")


def message(page):
    return page.locator("#message").inner_text()
