"""The report in a browser that can reach nothing but this machine.

One browser serves all tests here, and its pages are used again: what a page has
compiled need not be compiled again. Plotly is most of what a page loads, so tests that
are not about plots open a page beside which the file is empty.
"""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from report_pages import DOCUMENTS

from workbench import report

PATIENCE_MILLISECONDS = 300_000  # a busy machine is no broken page


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    """The report."""
    return report.write(DOCUMENTS, tmp_path_factory.mktemp("report")).parent


@pytest.fixture(scope="package")
def bare(folder):
    """A function: the report, or another folder's, with an empty plotly."""

    def bare(original=folder):
        copy = original.with_name(f"{original.name}-bare")
        if not copy.exists():
            shutil.copytree(original, copy)
            (copy / "plotly.min.js").write_bytes(b"")
        return copy

    return bare


@pytest.fixture(scope="package")
def new_page(chromium):
    """A function: an empty page that notes its complaints and its requests."""

    def new_page(**options):
        page = chromium.new_context(**options).new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(request.url))
        page.on("request", lambda request: page.requests.append(request.url))
        page.complaints, page.requests = [], []
        return page

    return new_page


@pytest.fixture(scope="package")
def pages():
    """Pages by their options."""
    return {}


@pytest.fixture
def opened(new_page, pages, folder, bare):
    """A function: open the report as if for the first time."""

    def opened(fragment="", *, address=None, with_plots=False, **options):
        options = {"offline": address is None, **options}
        name = repr(options)
        if name not in pages:
            pages[name] = new_page(**options)
        page = pages[name]
        page.goto("about:blank")
        page.complaints, page.requests = [], []
        address = address or (folder if with_plots else bare()).as_uri()
        page.goto(f"{address}/index.html{fragment}")
        return page

    return opened


@pytest.fixture(scope="module")
def shown(new_page, folder):
    """The report with its plots, opened once: for tests that change nothing in it."""
    page = new_page(offline=True)
    page.goto(f"{folder.as_uri()}/index.html")
    page.wait_for_selector("main[aria-busy=false]")
    yield page
    page.context.close()


@pytest.fixture
def address(folder):
    """Where the report is served on this machine."""
    handler = partial(SilentHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class SilentHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass
