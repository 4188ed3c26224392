import errno
import os
import stat
import subprocess
import sys
import textwrap

import pytest

from reference_impl.core import whole_file
from reference_impl.core.whole_file import write_whole


def full(*args):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_is_written_and_replaced(tmp_path):
    for contents in (b"first", b"", bytearray(b"third")):
        write_whole(tmp_path / "file", contents)

        assert (tmp_path / "file").read_bytes() == contents
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, call):
    write_whole(tmp_path / "file", b"old")
    monkeypatch.setattr(whole_file.os, call, full)

    with pytest.raises(OSError, match=r"No space left on device: .*file'") as caught:
        write_whole(tmp_path / "file", b"new")

    assert caught.value.errno == errno.ENOSPC
    assert (tmp_path / "file").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_write_that_ends_halfway_leaves_the_old_file(tmp_path):
    # The limit on a file's size is as real as a full disk: half of the draft is there.
    pytest.importorskip("resource", reason="there are no limits to set")
    program = textwrap.dedent("""
        import resource, signal, sys
        from reference_impl.core.whole_file import write_whole
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        try:
            write_whole(sys.argv[1], bytes(20_000))
        except OSError as error:
            print(error)
    """)
    write_whole(tmp_path / "file", b"old")

    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "file")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "File too large" in ended.stdout
    assert str(tmp_path / "file") in ended.stdout
    assert (tmp_path / "file").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        write_whole(tmp_path / "nowhere" / "file", b"")


posix = pytest.mark.skipif(os.name != "posix", reason="files have no such modes")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_a_new_file_has_the_mode_of_any_new_file(tmp_path):
    (tmp_path / "other").write_bytes(b"")

    write_whole(tmp_path / "file", b"new")

    assert mode(tmp_path / "file") == mode(tmp_path / "other")


@posix
@pytest.mark.parametrize("needed", [0o600, 0o640, 0o444, 0o666])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path, needed):
    write_whole(tmp_path / "file", b"old")
    (tmp_path / "file").chmod(needed)

    write_whole(tmp_path / "file", b"new")

    assert mode(tmp_path / "file") == needed
    assert (tmp_path / "file").read_bytes() == b"new"
