"""IDX files: what is written is read, and what is damaged is refused by name."""

import gzip
import hashlib

import numpy as np
import pytest

from reference_impl import FileError
from reference_impl.data import read_idx
from reference_impl.data.idx import DTYPES
from reference_impl.data.images import FASHION, MNIST


def written(folder, data, name="x.idx"):
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("dtype", DTYPES.values())
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 3, 4)], ids=str)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_is_written_is_read(idx, tmp_path, dtype, shape, pack):
    array = np.random.default_rng(0).integers(100, size=shape).astype(dtype)

    came = read_idx(written(tmp_path, pack(idx(array))))

    assert came.shape == shape
    assert came.dtype == np.dtype(dtype).newbyteorder("=")
    assert came.flags.writeable
    assert (came == array).all()


ARRAY = np.arange(12, dtype="u1").reshape(3, 4)
# What is wrong, and how a good file becomes so.
DAMAGED = {
    "begins with 0000, a type code .* nothing came": lambda good: b"",
    "number of axes; 5a000802 came": lambda good: b"\x5a" + good[1:],
    "number of axes; 00000702 came": lambda good: b"\0\0\x07\x02" + good[4:],
    "must have 8 bytes for the sizes of 2 axes, 5 came": lambda good: good[:9],
    r"uint8\[3, 4\] takes 12 bytes, 11 came": lambda good: good[:-1],
    r"uint8\[3, 4\] takes 12 bytes, more came": lambda good: good + b"\0",
    r"takes \d+ bytes, 0 came": lambda good: b"\0\0\x0e\x03" + b"\xff" * 12,
    r"uint8 of 4 axes, .*, is no array": lambda good: (
        b"\0\0\x08\x04" + b"\xff" * 12 + bytes(4)
    ),
    "uint8 of 255 axes, .*, is no array": lambda good: (
        b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"\0"
    ),
    "cannot be unpacked": lambda good: gzip.compress(good)[:-9],
    "cannot be unpacked: CRC": lambda good: gzip.compress(good)[:-8] + bytes(8),
}


@pytest.mark.parametrize(("message", "damage"), DAMAGED.items(), ids=list(DAMAGED))
def test_a_damaged_file_is_refused_by_its_name(idx, tmp_path, message, damage):
    path = written(tmp_path, damage(idx(ARRAY)), "damaged.idx")

    with pytest.raises(FileError, match=f"damaged.idx: .*{message}"):
        read_idx(path)


def test_the_training_images_of_mnist_are_those_of_the_paper(idx, published):
    x = read_idx(published("mnist-train-images-idx3-ubyte.gz"))
    y = read_idx(published("mnist-train-labels-idx1-ubyte.gz"))

    assert x.shape == (60_000, 28, 28)
    assert hashlib.sha256(idx(x)).hexdigest() == MNIST["train-images-idx3"]
    assert hashlib.sha256(idx(y)).hexdigest() == MNIST["train-labels-idx1"]
    assert y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


@pytest.mark.parametrize("part", ["train", "t10k"])
def test_the_labels_of_fashion_mnist_are_the_published_ones(idx, published, part):
    y = read_idx(published(f"fashion-{part}-labels-idx1-ubyte.gz"))

    assert hashlib.sha256(idx(y)).hexdigest() == FASHION[f"{part}-labels-idx1"]
    assert len({*np.bincount(y).tolist()}) == 1
