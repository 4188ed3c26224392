"""Downloads from a server on this machine that misbehaves as it is told to."""

import gzip
import hashlib
import http.server
import threading
import time

import numpy as np
import pytest

from reference_impl import DtypeError, FileError, MappingError, RangeError
from reference_impl.data import DownloadError, Source, fetch, printed_progress
from reference_impl.data import download as module
from reference_impl.data.download import folder

CONTENT = np.random.default_rng(0).bytes(1_000_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
WRONG = bytes(1000)


class Server:
    """A server of one file, and what it does with the requests that follow.

    Attributes
    ----------
    content : bytes
    faults : list of str
        For each request, the first one first; without one it does what it should.
    ranges : list
        The `Range` of every request that came.
    """

    def __init__(self):
        self.content, self.faults, self.ranges = CONTENT, [], []
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.http.serve_forever, args=(0.01,)).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/file.bin"

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def _handler(server):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked = self.headers["Range"]
                server.ranges.append(asked)
                fault = server.faults.pop(0) if server.faults else ""
                answer(self, server.content, asked, fault)

            def log_message(self, *parts):
                pass

        return Handler


def answer(handler, content, asked, fault):
    """Send the file, or the part asked for, or what the fault says."""
    start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
    if fault == "ignores ranges":
        start = 0
    if fault.isdecimal():
        handler.send_error(int(fault))
    elif fault.startswith(("http", "file")):
        handler.send_response(302)
        handler.send_header("Location", fault)
        handler.end_headers()
    elif start and start >= len(content):
        handler.send_error(416)
    else:
        handler.send_response(206 if start else 200)
        if start:
            first = start - 1 if fault == "another range" else start
            end = f"{len(content) - 1}/{len(content)}"
            handler.send_header("Content-Range", f"bytes {first}-{end}")
        send(handler, content[start:], fault)


def send(handler, body, fault):
    if fault == "no length":
        handler.end_headers()
        handler.wfile.write(body)
        return
    handler.send_header("Content-Length", len(body))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2] if fault in ("cuts", "hangs") else body)
    handler.wfile.flush()
    if fault == "hangs":
        time.sleep(2.0)
    handler.close_connection = True


@pytest.fixture
def server():
    """One that runs as long as the test."""
    made = Server()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The folder of downloads."""
    monkeypatch.setenv("MAPPING_DATA", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def source(server, **options):
    return Source(**{"name": "x.bin", "url": server.url, "sha256": DIGEST, **options})


def fetched(source, **options):
    """Without waiting between attempts."""
    return fetch(source, **{"pause_seconds": 0.0, "timeout_seconds": 5.0, **options})


def test_a_file_is_downloaded_once(server, cache):
    first, second = fetched(source(server)), fetched(source(server))

    assert first == second == cache / "x.bin"
    assert first.read_bytes() == CONTENT
    assert server.ranges == [None]
    assert [*cache.iterdir()] == [first]


def test_the_folder_is_made(server, cache, monkeypatch):
    monkeypatch.setenv("MAPPING_DATA", str(cache / "a" / "b"))

    assert fetched(source(server)) == cache / "a" / "b" / "x.bin"


def test_the_folder_is_that_of_the_environment(monkeypatch, tmp_path):
    assert folder() == tmp_path
    monkeypatch.setenv("MAPPING_DATA", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert str(folder()) == "/somewhere/everything-is-a-mapping"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/ada")
    assert str(folder()) == "/home/ada/.cache/everything-is-a-mapping"


@pytest.mark.parametrize("fault", ["cuts", "hangs"])
def test_an_interrupted_download_goes_on_where_it_ended(server, fault):
    server.faults = [fault, fault]

    path = fetched(source(server), timeout_seconds=0.5)

    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=500000-", "bytes=750000-"]


def test_the_next_call_goes_on_too(server, cache):
    server.faults = ["cuts"]
    with pytest.raises(DownloadError, match="ended after 500000 of 1000000 bytes; gav"):
        fetched(source(server), retries=0)
    assert [each.name for each in cache.iterdir()] == ["x.bin.part"]

    path = fetched(source(server))

    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=500000-"]
    assert [*cache.iterdir()] == [path]


def test_a_server_that_ignores_ranges_starts_again(server):
    server.faults = ["cuts", "ignores ranges"]

    assert fetched(source(server)).read_bytes() == CONTENT


def test_another_range_than_that_asked_for_is_not_appended(server):
    server.faults = ["cuts", "another range"]

    assert fetched(source(server)).read_bytes() == CONTENT
    assert server.ranges[1:] == ["bytes=500000-"] * 2


def test_a_part_that_is_complete_needs_no_more(server, cache):
    (cache / "x.bin.part").write_bytes(CONTENT)

    assert fetched(source(server)).read_bytes() == CONTENT


@pytest.mark.parametrize("old", [b"old", bytes(2_000_000)], ids=["short", "long"])
def test_a_beginning_of_another_file_is_given_up(server, cache, old):
    (cache / "x.bin.part").write_bytes(old)

    assert fetched(source(server)).read_bytes() == CONTENT
    assert server.ranges == [f"bytes={len(old)}-", None]


def test_a_wrong_hash_deletes_only_its_own_part(server, cache):
    server.content = WRONG
    other = cache / "y.bin.part"
    other.write_bytes(b"other")
    came = hashlib.sha256(WRONG).hexdigest()

    message = f"file.bin: the SHA-256 must be {DIGEST}, {came} came; what came was dele"
    with pytest.raises(FileError, match=message):
        fetched(source(server))

    assert len(server.ranges) == 1
    assert [*cache.iterdir()] == [other]


def test_a_wrong_file_that_was_there_stays(server, cache):
    (cache / "x.bin").write_bytes(WRONG)

    with pytest.raises(
        FileError, match=r"x\.bin: the SHA-256 must .*; remove the file"
    ):
        fetched(source(server))

    assert (cache / "x.bin").read_bytes() == WRONG
    assert server.ranges == []


def test_a_packed_file_is_known_by_what_is_in_it(server):
    server.content = gzip.compress(CONTENT, 1)

    path = fetched(source(server, is_packed=True))

    assert gzip.decompress(path.read_bytes()) == CONTENT


@pytest.mark.parametrize(
    "damaged",
    [b"", WRONG, gzip.compress(CONTENT)[:-9], gzip.compress(CONTENT) + b"x"],
    ids=["nothing", "not packed", "cut off", "longer"],  # what is packed tells the time
)
def test_a_damaged_packed_file_is_refused(server, cache, damaged):
    (cache / "x.bin").write_bytes(damaged)

    with pytest.raises(FileError, match=r"x\.bin: the SHA-256 must be"):
        fetched(source(server, is_packed=True))


@pytest.mark.parametrize("code", [400, 403, 404, 410])
def test_what_the_server_does_not_have_is_not_asked_for_again(server, code):
    server.faults = [str(code)]

    with pytest.raises(DownloadError, match=f"file.bin: HTTP Error {code}"):
        fetched(source(server))

    assert len(server.ranges) == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_server_that_is_busy_is_asked_again(server, code):
    server.faults = [str(code)] * 2

    assert fetched(source(server)).read_bytes() == CONTENT
    assert len(server.ranges) == 3


def test_retries_come_to_an_end(server):
    server.faults = ["503"] * 9

    with pytest.raises(
        DownloadError, match=r"HTTP Error 503.*; gave up after 2 retries"
    ):
        fetched(source(server), retries=2)

    assert len(server.ranges) == 3


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"retries": -1}, RangeError, "retries must be at least 0, -1 came"),
        ({"retries": 1.5}, DtypeError, r"retries must be an integer, 1\.5 came"),
        ({"pause_seconds": -1.0}, RangeError, "pause_seconds must be finite and at"),
    ],
    ids=str,
)
def test_numbers_out_of_range_are_named(server, options, error, message):
    with pytest.raises(error, match=f"fetch: {message}"):
        fetched(source(server), **options)


def test_pauses_between_attempts_double(server, monkeypatch):
    pauses = []
    monkeypatch.setattr(module.time, "sleep", pauses.append)
    server.faults = ["503"] * 3

    fetched(source(server), pause_seconds=2.0)

    assert pauses == [2.0, 4.0, 8.0]


def test_no_server_is_an_error_of_its_own(server):
    server.close()

    with pytest.raises(DownloadError, match=r"refused.*; gave up after 1 retries") as e:
        fetched(source(server), retries=1)

    assert isinstance(e.value, MappingError)
    assert isinstance(e.value, OSError)


def test_redirections_are_followed(server):
    server.faults = [server.url]

    assert fetched(source(server)).read_bytes() == CONTENT


def test_redirections_lead_to_no_file_of_this_machine(server, tmp_path):
    (tmp_path / "secret").write_bytes(CONTENT)
    server.faults = [f"file://{tmp_path}/secret"]

    with pytest.raises(DownloadError, match="302"):
        fetched(source(server))


@pytest.mark.parametrize("fault", ["", "no length"])
def test_progress_is_told_to_the_end(server, fault):
    told = []
    server.faults = [fault]

    fetched(source(server), progress=lambda *each: told.append(each))

    total = None if fault else 1_000_000
    assert {(name, end) for name, _, end in told} == {("x.bin", total)}
    assert sorted(done for _, done, _ in told)[-1] == 1_000_000


def test_progress_counts_what_was_there_before(server, cache):
    (cache / "x.bin.part").write_bytes(CONTENT[:900_000])
    told = []

    fetched(source(server), progress=lambda *each: told.append(each))

    assert told[0][1] > 900_000
    assert told[-1] == ("x.bin", 1_000_000, 1_000_000)


def test_an_error_of_whoever_watches_is_not_tried_again(server):
    def failing(*told):
        raise ValueError("not shown")

    with pytest.raises(ValueError, match="not shown"):
        fetched(source(server), progress=failing)

    assert len(server.ranges) == 1


def test_a_full_disk_is_not_tried_again(server, cache):
    resource = pytest.importorskip("resource", reason="there are no limits to set")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large") as caught:
            fetched(source(server))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert not isinstance(caught.value, MappingError)
    assert len(server.ranges) == 1
    assert [each.name for each in cache.iterdir()] == ["x.bin.part"]
    assert fetched(source(server)).read_bytes() == CONTENT


def test_printed_progress_is_one_line(capsys):
    printed_progress("x.bin", 250_000, 1_000_000)
    printed_progress("x.bin", 1_000_000, 1_000_000)
    printed_progress("y.bin", 250_000, None)

    assert capsys.readouterr().err == (
        "\rx.bin: 0.2 of 1.0 MB\rx.bin: 1.0 of 1.0 MB\n\ry.bin: 0.2 MB"
    )


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../a", "/a", "a\\b", "C:a", "a\0b"]
)
def test_a_name_stays_in_its_folder(name):
    with pytest.raises(RangeError, match="name must be that of a file, without a fol"):
        Source(name, "https://example.org/a", DIGEST)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a",
        "file:///etc/passwd",
        "ftp://a/b",
        "//a/b",
        "http://",
        "http:///a",
        "http://[bad",
        "https://[::1",
    ],
)
def test_an_address_is_one_of_the_web(url):
    with pytest.raises(RangeError, match="url must begin with http:// or https://"):
        Source("x", url, DIGEST)


@pytest.mark.parametrize("digest", ["", DIGEST[1:], DIGEST + "0", "g" + DIGEST[1:]])
def test_a_hash_has_64_hexadecimal_digits(digest):
    with pytest.raises(RangeError, match="sha256 must be 64 hexadecimal digits"):
        Source("x", "https://example.org/a", digest)


def test_large_letters_are_the_same_digits(server):
    assert fetched(source(server, sha256=DIGEST.upper())).read_bytes() == CONTENT


def test_a_redirection_to_what_is_no_address_is_not_followed_again(server):
    server.faults = ["http://[::1"]

    with pytest.raises(DownloadError, match=r"file\.bin: .*Invalid IPv6"):
        fetched(source(server))

    assert len(server.ranges) == 1
