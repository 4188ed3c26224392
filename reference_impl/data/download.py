"""Files from the network: each is fetched once, checked, and kept in a folder.

The folder is `MAPPING_DATA` if that environment variable is set, else
`everything-is-a-mapping` in the user's cache folder (`XDG_CACHE_HOME`, by default
`~/.cache`). A file gets its name when all of it is there and its hash is right; until
then it is a part-file beside it, which the next attempt continues.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import re
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..core.errors import FileError, MappingError, RangeError
from ..core.number import check_at_least, check_not_negative

CHUNK_BYTES = 1 << 18
MANY_REQUESTS, RANGE_NOT_SATISFIABLE = 429, 416

# A file's name, the bytes that have come, and how many there will be, if that is known.
Progress = Callable[[str, int, int | None], None]


class DownloadError(MappingError, OSError):
    """A file could not be had from its address."""


@dataclass(frozen=True)
class Source:
    """A file of the network, and how to know that it is the right one.

    Attributes
    ----------
    name : str
        What it is called in the folder.
    url : str
        Of http or https.
    sha256 : str
        64 hexadecimal digits, of the file.
    is_packed : bool
        The hash is of what gzip unpacks the file to. Files that were packed by
        different programs differ and yet hold the same data.

    Raises
    ------
    RangeError
        If the name would lie outside of the folder, the address is of another kind, or
        the hash has other digits.
    """

    name: str
    url: str
    sha256: str
    is_packed: bool = False

    def __post_init__(self) -> None:
        if self.name in ("", ".", "..") or {*self.name} & {*"/\\:\0"}:
            raise RangeError(
                f"Source: name must be that of a file, without a folder; "
                f"{self.name!r} came"
            )
        if not _is_of_the_web(self.url):
            raise RangeError(
                f"Source: url must begin with http:// or https:// and a host, "
                f"{self.url!r} came"
            )
        if not re.fullmatch("[0-9a-fA-F]{64}", self.sha256):
            raise RangeError(
                f"Source: sha256 must be 64 hexadecimal digits, {self.sha256!r} came"
            )


def _is_of_the_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # the brackets of an address without names
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def folder() -> Path:
    """Where files are kept; it need not exist yet."""
    if chosen := os.environ.get("MAPPING_DATA"):
        return Path(chosen)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "everything-is-a-mapping"


def printed_progress(name: str, done: int, total: int | None) -> None:
    """Progress as one line of the terminal that is written again and again."""
    size = f" of {total / 1e6:.1f}" if total else ""
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r{name}: {done / 1e6:.1f}{size} MB{end}")
    sys.stderr.flush()


def fetch(
    source: Source,
    *,
    progress: Progress | None = None,
    timeout_seconds: float = 30.0,
    retries: int = 3,
    pause_seconds: float = 1.0,
) -> Path:
    """The path of a file that is there and right, downloaded if it was not there.

    Parameters
    ----------
    progress : callable
        Told after every chunk: the name, the bytes so far, and of how many.
    timeout_seconds : float
        For the connection, and for each time that nothing comes.
    retries : int
        Further attempts after the first.
    pause_seconds : float
        Before the first retry; it doubles from one to the next.

    Raises
    ------
    DtypeError, RangeError
        If `retries` or `pause_seconds` is no number of its kind, or negative.
    FileError
        If the file has another hash than it should. What was just downloaded is
        deleted; a file that was there before stays.
    DownloadError
        If the server does not have it, or all attempts ended early. What has come
        stays as a part-file.
    OSError
        If the folder cannot be written, or is full.

    Notes
    -----
    Two processes that download the same file at the same time spoil each other's
    part-file, which the hash shows.
    """
    check_at_least("fetch", 0, retries=retries)
    check_not_negative("fetch", pause_seconds=pause_seconds)
    path = folder() / source.name
    if path.exists():
        check(path, source)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    for attempt in range(retries + 1):
        was_begun = part.exists()
        try:
            _receive(source, part, progress or _silent, timeout_seconds)
            _check_new(part, source)
        except (_Interrupted, FileError) as error:
            # A wrong hash may be that of an old beginning with a new end.
            is_final = isinstance(error, FileError) and not was_begun
            if is_final or attempt == retries:
                raise _reason(error, source, attempt) from error
            time.sleep(pause_seconds * 2**attempt)
        else:
            os.replace(part, path)
            break
    return path


def check(path: Path, source: Source) -> None:
    """Raise a `FileError` if a file has another hash than its source says."""
    if problem := _problem(path, source):
        raise FileError(f"{path}: {problem}; remove the file to download it again")


class _Interrupted(Exception):
    """A download ended early; another attempt may get further."""


def _silent(name: str, done: int, total: int | None) -> None:
    pass


def _reason(error: Exception, source: Source, retries: int) -> MappingError:
    if isinstance(error, FileError):
        return error
    return DownloadError(f"{source.url}: {error}; gave up after {retries} retries")


def _problem(path: Path, source: Source) -> str:
    """Nothing if the hash is right, else both hashes."""
    found = _digest(path, source.is_packed)
    if found == source.sha256.lower():
        return ""
    return f"the SHA-256 must be {source.sha256}, {found} came"


def _digest(path: Path, is_packed: bool) -> str:
    """The hash as hexadecimal digits, or what is wrong with the packing."""
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        return f"no gzip file ({error})"


def _check_new(part: Path, source: Source) -> None:
    if problem := _problem(part, source):
        part.unlink()
        raise FileError(f"{source.url}: {problem}; what came was deleted")


def _receive(source: Source, part: Path, progress: Progress, seconds: float) -> None:
    """Write what is missing of a part-file, or all of it if the server insists."""
    have = part.stat().st_size if part.exists() else 0
    wanted = {"Range": f"bytes={have}-"} if have else {}
    request = urllib.request.Request(source.url, headers=wanted)
    try:
        response = _opener().open(request, timeout=seconds)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == RANGE_NOT_SATISFIABLE and have:
            return  # nothing is missing, or the hash will say it
        if error.code < 500 and error.code != MANY_REQUESTS:
            raise DownloadError(f"{source.url}: {error}") from error
        raise _Interrupted(str(error)) from error
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(str(error)) from error
    except ValueError as error:  # what it is redirected to is no address
        raise DownloadError(f"{source.url}: {error}") from error
    with response:
        have = _continued_at(response, have)
        total = None if response.length is None else have + response.length
        with part.open("r+b" if have else "wb") as file:
            file.seek(have)
            file.truncate()
            for chunk in _chunks(response):
                file.write(chunk)
                progress(source.name, file.tell(), total)
            done = file.tell()
    if total is not None and done < total:
        raise _Interrupted(f"the connection ended after {done} of {total} bytes")


def _opener() -> urllib.request.OpenerDirector:
    """What follows redirections, and knows no files of this machine."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


def _continued_at(response: http.client.HTTPResponse, have: int) -> int:
    """The number of bytes before those that the server sends: 0 if it sends all."""
    if response.status != http.client.PARTIAL_CONTENT:
        return 0
    sent = response.headers.get("Content-Range", "")
    if not sent.startswith(f"bytes {have}-"):
        raise _Interrupted(f"asked for bytes from {have} on, {sent!r} came")
    return have


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        # read1, so that what has come is written before a connection that hangs ends.
        while chunk := response.read1(CHUNK_BYTES):
            yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(str(error)) from error
