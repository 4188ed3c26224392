"""Machine code on the disk."""

import os
import warnings

import pytest

from reference_impl.core import build
from reference_impl.core.build import cache
from reference_impl.core.build.code import Code
from reference_impl.core.build.target import Target, narrowed
from reference_impl.core.kernel import Source, named

TARGET = Target("x86_64-unknown-linux-gnu", "generic", "+sse2", 128)
SOURCE = named("nothing", "def {name}(args, begin, end):\n    pass\n")
CODE = Code(b"\x7fELF and so on", ("expf", "memset"))


@pytest.fixture
def digest():
    return cache.key(SOURCE, TARGET)


def entry(folder):
    (path,) = folder.glob("*.o")
    return path


def test_what_was_written_is_read(folder, digest):
    cache.write(SOURCE, digest, CODE)

    assert cache.read(SOURCE, digest) == CODE


def test_an_empty_cache_has_nothing(folder, digest):
    assert cache.read(SOURCE, digest) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:20],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: b"KERNEL00" + data[8:],
        lambda data: data[:8] + bytes([data[8] ^ 1]) + data[9:],
        lambda data: data[:72] + bytes([data[72] ^ 1]) + data[73:],
    ],
    ids=["empty", "header", "short", "long", "bit", "format", "key", "names"],
)
def test_a_damaged_entry_is_no_entry(folder, digest, damage):
    cache.write(SOURCE, digest, CODE)
    entry(folder).write_bytes(damage(entry(folder).read_bytes()))

    assert cache.read(SOURCE, digest) is None


@pytest.mark.parametrize(
    "other",
    [
        (Source("another", SOURCE.text), TARGET),
        (Source(SOURCE.name, SOURCE.text + "\n"), TARGET),
        (Source(SOURCE.name, SOURCE.text, "llvm"), TARGET),
        (SOURCE, Target(TARGET.triple, "znver5", TARGET.features, 128)),
        (SOURCE, Target(TARGET.triple, TARGET.cpu, "+avx2", 128)),
    ],
    ids=["name", "text", "language", "cpu", "features"],
)
def test_the_key_depends_on_everything_that_the_code_depends_on(digest, other):
    assert cache.key(*other) != digest


def test_the_key_depends_on_versions(digest, monkeypatch):
    monkeypatch.setattr(cache, "_versions", lambda: ("numba 99",))

    assert cache.key(SOURCE, TARGET) != digest


def test_the_key_depends_on_what_the_text_imports(tmp_path, monkeypatch):
    package = tmp_path / "reference_impl" / "core"
    package.mkdir(parents=True)
    (package / "language.py").write_text("from .below import x\n")
    (package / "below.py").write_text("x = 1\n")
    text = (
        "from reference_impl.core.language import x\n\ndef f(args, begin, end): pass\n"
    )
    monkeypatch.setattr(cache, "_ROOT", tmp_path)

    def fresh_key():
        cache._digest.cache_clear()
        cache._imports_of_file.cache_clear()
        return cache.key(Source("f", text), TARGET)

    keys = [fresh_key()]
    (package / "below.py").write_text("x = 2\n")
    keys.append(fresh_key())
    (package / "language.py").write_text("from .below import x  # as before\n")
    keys.append(fresh_key())

    assert len(set(keys)) == 3


def test_the_text_stands_beside_the_code(folder, digest):
    cache.write(SOURCE, digest, CODE)

    path = cache.text_file(SOURCE, digest)

    assert path == entry(folder).with_suffix(".py")
    assert path.read_text() == SOURCE.text


def test_a_text_that_was_changed_by_hand_is_written_again(folder, digest):
    cache.text_file(SOURCE, digest).write_text("something else")

    assert cache.text_file(SOURCE, digest).read_text() == SOURCE.text


def test_a_damaged_text_is_written_again(folder, digest):
    cache.text_file(SOURCE, digest).write_bytes(b"\xff" + SOURCE.text.encode())

    assert cache.text_file(SOURCE, digest).read_text() == SOURCE.text


def test_a_text_that_cannot_be_read_stands_elsewhere(folder, digest):
    path = cache.text_file(SOURCE, digest)
    path.unlink()
    path.mkdir()

    with pytest.warns(UserWarning, match="cannot be written"):
        other = cache.text_file(SOURCE, digest)

    assert other != path
    assert other.read_text() == SOURCE.text


def test_a_full_disk_costs_the_entry_and_one_warning(folder, digest, monkeypatch):
    def refuse(path, contents):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(cache, "write_whole", refuse)
    with pytest.warns(UserWarning, match="No space left on device"):
        cache.write(SOURCE, digest, CODE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cache.write(SOURCE, digest, CODE)
        path = cache.text_file(SOURCE, digest)

    assert cache.read(SOURCE, digest) is None
    assert path.read_text() == SOURCE.text


def test_a_folder_that_cannot_be_is_no_obstacle(folder, adding, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REFERENCE_IMPL_CACHE", str(tmp_path / "file" / "kernels"))
    source = adding(3)

    with pytest.warns(UserWarning, match="REFERENCE_IMPL_CACHE names another folder"):
        addresses = build.built([source])

    assert addresses[source.name]


@pytest.mark.skipif(os.name != "posix", reason="the system has no such files")
@pytest.mark.parametrize(
    "put",
    [
        os.mkfifo,
        lambda path: path.symlink_to("/dev/full"),
        lambda path: path.symlink_to(path.parent / "nowhere"),
        lambda path: path.touch(0o000),
    ],
    ids=["pipe", "device", "nowhere", "unreadable"],
)
@pytest.mark.parametrize("suffix", [".o", ".py"])
def test_what_is_no_file_to_be_read_is_replaced(folder, digest, put, suffix):
    cache.write(SOURCE, digest, CODE)
    cache.text_file(SOURCE, digest)
    path = entry(folder).with_suffix(suffix)
    path.unlink()
    put(path)

    assert cache.read(SOURCE, digest) == (None if suffix == ".o" else CODE)
    cache.write(SOURCE, digest, CODE)

    assert cache.read(SOURCE, digest) == CODE
    assert cache.text_file(SOURCE, digest).read_text() == SOURCE.text
    assert path.is_file()
    assert not path.is_symlink()


def test_a_folder_in_the_place_of_an_entry_costs_one_warning(folder, digest):
    cache.write(SOURCE, digest, CODE)
    path = entry(folder)
    path.unlink()
    path.mkdir()

    assert cache.read(SOURCE, digest) is None
    with pytest.warns(UserWarning, match="cannot be written"):
        cache.write(SOURCE, digest, CODE)
    assert path.is_dir()


def test_the_setting_may_begin_with_the_users_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("REFERENCE_IMPL_CACHE", "~/kernels")

    assert cache.folder() == tmp_path / "kernels"


@pytest.mark.parametrize("is_set", [True, False])
def test_the_folder_is_the_users_cache_folder(monkeypatch, tmp_path, is_set):
    monkeypatch.delenv("REFERENCE_IMPL_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x") if is_set else "")

    base = tmp_path / ("x" if is_set else ".cache")
    assert cache.folder() == base / "reference_impl" / "kernels"


def test_only_the_user_can_write_the_folder(folder, digest):
    cache.write(SOURCE, digest, CODE)

    assert os.name != "posix" or folder.stat().st_mode & 0o077 == 0


def test_a_narrower_target_has_entries_of_its_own():
    wide, narrow = (cache.key(SOURCE, narrowed(bits)) for bits in (512, 128))

    assert wide != narrow
