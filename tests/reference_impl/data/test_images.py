"""Image data sets, from small files in place of the real ones."""

import gzip
import hashlib
import io
import tarfile

import numpy as np
import pytest

from reference_impl import FileError
from reference_impl.data import cifar10, fashion_mnist, images, mnist
from reference_impl.data.cifar import RECORD_BYTES, TEST, TRAIN

SETS = {"mnist": (mnist, "MNIST"), "fashion": (fashion_mnist, "FASHION")}
each_set = pytest.mark.parametrize(
    ("prefix", "load", "table"), [(name, *each) for name, each in SETS.items()]
)


@pytest.fixture
def files(idx, tmp_path, monkeypatch):
    """What puts small files where the real ones would be, with their hashes."""
    monkeypatch.setenv("MAPPING_DATA", str(tmp_path))

    def put(prefix, table):
        rng, hashes = np.random.default_rng(0), {}
        for name in getattr(images, table):
            shape = (3, 28, 28) if "images" in name else (3,)
            data = idx(rng.integers(10, size=shape, dtype=np.uint8))
            hashes[name] = hashlib.sha256(data).hexdigest()
            path = tmp_path / f"{prefix}-{name}-ubyte.gz"
            path.write_bytes(gzip.compress(data))
        monkeypatch.setattr(images, table, hashes)

    return put


@each_set
def test_images_have_a_channel_and_labels_are_integers(prefix, load, table, files):
    files(prefix, table)

    data = load()

    for x, y in ((data.train_x, data.train_y), (data.test_x, data.test_y)):
        assert x.shape == (3, 1, 28, 28)
        assert x.dtype == np.uint8
        assert y.shape == (3,)
        assert y.dtype == np.int64
    assert (data.train_x != data.test_x).any()


@each_set
def test_other_files_of_these_names_are_refused(prefix, load, table, files):
    files(prefix, table)
    getattr(images, table)["t10k-labels-idx1"] = "0" * 64

    with pytest.raises(FileError, match=f"{prefix}-t10k-labels-idx1-ubyte.gz: the SHA"):
        load()


def test_cifar10_is_read_from_its_archive(tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPING_DATA", str(tmp_path))
    path = tmp_path / images.CIFAR10.name
    with tarfile.open(path, "w:gz") as tar:
        for name in (*TRAIN, TEST):
            member = tarfile.TarInfo(name)
            member.size = RECORD_BYTES
            tar.addfile(member, io.BytesIO(bytes(RECORD_BYTES)))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    source = images.Source(images.CIFAR10.name, images.CIFAR10.url, digest)
    monkeypatch.setattr(images, "CIFAR10", source)

    assert cifar10().train_x.shape == (5, 3, 32, 32)


def test_hashes_are_whole_and_differ():
    digests = [*images.MNIST.values(), *images.FASHION.values(), images.CIFAR10.sha256]

    assert len({*digests}) == 9
    assert all(len(bytes.fromhex(each)) == 32 for each in digests)
