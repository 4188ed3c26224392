"""Archives of CIFAR-10, made here with few images."""

import gzip
import io
import tarfile

import numpy as np
import pytest

from reference_impl import FileError
from reference_impl.data import read_cifar10
from reference_impl.data.cifar import RECORD_BYTES, TEST, TRAIN


def records(count, seed):
    """Images with classes that exist, as records of bytes."""
    rng = np.random.default_rng(seed)
    made = rng.integers(256, size=(count, RECORD_BYTES), dtype=np.uint8)
    made[:, 0] %= 10
    return made


PARTS = {name: records(3, i).tobytes() for i, name in enumerate([*TRAIN, TEST])}


def archive(folder, members):
    path = folder / "cifar.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def test_images_come_channel_by_channel_in_the_order_of_the_files(tmp_path):
    # The last file first: members are known by their names.
    members = {"cifar-10-batches-bin/readme.html": b"text"} | dict(
        reversed(PARTS.items())
    )

    data = read_cifar10(archive(tmp_path, members))

    assert data.train_x.shape == (15, 3, 32, 32)
    assert data.test_x.shape == (3, 3, 32, 32)
    assert data.train_y.dtype == np.int64
    fourth = records(3, 1)[0]
    assert data.train_y[3] == fourth[0]
    assert data.train_x[3, 1, 2, 5] == fourth[1 + 1024 + 2 * 32 + 5]
    assert (data.test_y == records(3, 5)[:, 0]).all()


def test_nothing_is_written_beside_the_archive(tmp_path):
    members = PARTS | {"../outside": b"x", "/tmp/outside": b"x"}

    path = archive(tmp_path, members)
    read_cifar10(path)

    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("missing", [TRAIN[2], TEST])
def test_a_missing_member_is_named(tmp_path, missing):
    members = {name: data for name, data in PARTS.items() if name != missing}

    with pytest.raises(FileError, match=f"cifar.tar.gz: must contain {missing}"):
        read_cifar10(archive(tmp_path, members))


def test_a_member_that_is_no_file_is_missing(tmp_path):
    path = tmp_path / "cifar.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        folder = tarfile.TarInfo(TEST)
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)

    with pytest.raises(FileError, match="must contain"):
        read_cifar10(path)


def test_a_part_of_a_record_is_refused(tmp_path):
    members = PARTS | {TEST: PARTS[TEST][:-1]}

    with pytest.raises(FileError, match=r"test_batch\.bin .* 3073 bytes, 9218 came"):
        read_cifar10(archive(tmp_path, members))


def test_a_class_that_does_not_exist_is_refused(tmp_path):
    members = PARTS | {TRAIN[0]: b"\x0a" + PARTS[TRAIN[0]][1:]}

    with pytest.raises(FileError, match=r"batch_1.bin: classes .* \[0, 10\), 10 came"):
        read_cifar10(archive(tmp_path, members))


@pytest.mark.parametrize("kept", [0, 100, 9000])
def test_a_truncated_archive_is_refused(tmp_path, kept):
    path = archive(tmp_path, PARTS)
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(FileError, match=r"cifar\.tar\.gz: (cannot be unpacked|must)"):
        read_cifar10(path)


def damaged(folder, change):
    """An archive whose bytes are changed behind the members, or inside of them."""
    path = archive(folder, PARTS)
    path.write_bytes(change(path.read_bytes()))
    return path


def flipped(place):
    def change(good):
        return good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]

    return change


@pytest.mark.parametrize(
    "change",
    [
        *(pytest.param(flipped(-i), id=f"byte {-i}") for i in range(1, 9)),
        pytest.param(lambda good: good[:-8] + bytes(4) + good[-4:], id="checksum"),
        *(
            pytest.param(lambda good, i=i: good[:-i], id=f"cut {i}")
            for i in range(1, 9)
        ),
        pytest.param(flipped(20_000), id="inside"),
        pytest.param(lambda good: good + b"x", id="behind"),
    ],
)
def test_a_checksum_is_compared_though_all_members_were_read(tmp_path, change):
    with pytest.raises(FileError, match=r"cifar\.tar\.gz: cannot be unpacked"):
        read_cifar10(damaged(tmp_path, change))


def test_an_archive_that_is_not_packed_is_refused(tmp_path):
    path = damaged(tmp_path, gzip.decompress)

    with pytest.raises(FileError, match="cannot be unpacked: Not a gzipped file"):
        read_cifar10(path)
