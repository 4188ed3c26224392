import dataclasses
import hashlib
import json
import os

import ml_dtypes
import numpy as np
import pytest
import safetensors
import safetensors.numpy

import reference_impl as ri
from reference_impl.core.dtype import SUPPORTED
from reference_impl.io.checkpoint import (
    load_checkpoint,
    read_checkpoint,
    save_checkpoint,
)


@dataclasses.dataclass(frozen=True)
class Pair:
    first: ri.Tensor
    second: dict


def values():
    return Pair(ri.tensor([[1.0, 2.0]]), {"a": [ri.tensor(3), None], "b": ri.zeros(2)})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.safetensors"


def rewritten(path, change):
    """A file with a right checksum whose parts `change` has changed."""
    stored = read_checkpoint(path)
    change(stored.arrays)
    save_checkpoint(path, ri.tree.map(ri.tensor, stored.arrays))


def test_a_tree_comes_back_as_it_was(path):
    save_checkpoint(path, values())

    loaded = load_checkpoint(path, ri.tree.map(ri.zeros_like, values()))

    assert ri.tree.flatten(loaded)[1] == ri.tree.flatten(values())[1]
    for came, needed in zip(
        *(ri.tree.flatten(t)[0] for t in (loaded, values())), strict=True
    ):
        assert came.dtype is needed.dtype
        np.testing.assert_array_equal(came.numpy(), needed.numpy())


@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)], ids=str)
def test_every_dtype_and_shape_comes_back_to_the_bit(path, dtype, shape):
    rng = np.random.default_rng(0)
    bits = rng.integers(256, size=(*shape, dtype.itemsize), dtype=np.uint8)
    array = (bits % 2 if dtype.kind == "b" else bits).view(dtype)[..., 0]

    save_checkpoint(path, {"x": ri.tensor(array)})
    loaded = load_checkpoint(path, {"x": ri.zeros(shape, dtype=dtype)})["x"]

    assert (loaded.shape, loaded.dtype) == (shape, dtype)
    assert loaded.numpy().tobytes() == array.tobytes()


def test_an_array_that_is_a_view_comes_back(path):
    x = ri.tensor(np.arange(6.0).reshape(2, 3)).T

    save_checkpoint(path, [x, x[::-1], ri.broadcast_to(x, (2, 3, 2))])
    loaded = load_checkpoint(path, [x, x, ri.zeros((2, 3, 2), dtype=ri.float64)])

    np.testing.assert_array_equal(loaded[0].numpy(), x.numpy())
    np.testing.assert_array_equal(loaded[1].numpy(), x.numpy()[::-1])
    np.testing.assert_array_equal(loaded[2].numpy()[1], x.numpy())


def test_other_programs_read_the_file_under_the_trees_names(path):
    save_checkpoint(path, values(), {"step": "12"})

    arrays = safetensors.numpy.load_file(path)
    with safetensors.safe_open(path, framework="np") as file:
        metadata = file.metadata()

    assert sorted(arrays) == ["first", "second.a.0", "second.b"]
    np.testing.assert_array_equal(arrays["first"], [[1.0, 2.0]])
    assert metadata["step"] == "12"
    assert metadata["version"] == "1"


def test_what_the_header_says_is_read_back(path):
    save_checkpoint(path, values(), {"step": "12", "note": 'a "sha256":"x" \n ü'})

    metadata = read_checkpoint(path).metadata

    assert metadata == {"step": "12", "note": 'a "sha256":"x" \n ü'}


def test_a_key_comes_back_unused(path):
    key = ri.random.key(7)
    save_checkpoint(path, key)
    needed = ri.random.normal(key, (3,))

    loaded = load_checkpoint(path, key)

    assert ri.random.normal(loaded, (3,)).tolist() == needed.tolist()


def test_part_of_a_tree_is_loaded_if_other_arrays_may_be_there(path):
    save_checkpoint(path, values())

    loaded = load_checkpoint(path, {"first": values().first}, exact=False)

    assert loaded["first"].tolist() == [[1.0, 2.0]]


def test_a_changed_byte_anywhere_is_noticed(path):
    save_checkpoint(path, values(), {"step": "12"})
    contents = path.read_bytes()

    for place in range(len(contents)):
        damaged = bytearray(contents)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        with pytest.raises(ri.FileError, match=r"state\.safetensors: it is damaged"):
            load_checkpoint(path, values())


def test_a_file_that_ends_too_early_or_too_late_is_refused(path):
    save_checkpoint(path, values())
    contents = path.read_bytes()

    for wrong in (*(contents[:end] for end in range(len(contents))), contents + b"\0"):
        path.write_bytes(wrong)
        with pytest.raises(ri.FileError, match=f"{path.name}: it is damaged or"):
            load_checkpoint(path, values())


def test_a_damaged_file_is_refused_by_whom_reads_it(path):
    path.write_bytes(b"nothing")

    with pytest.raises(ri.FileError, match=r"^load_checkpoint: .*: it is damaged"):
        load_checkpoint(path, values())
    with pytest.raises(ri.FileError, match=r"^read_checkpoint: .*: it is damaged"):
        read_checkpoint(path)


@pytest.mark.parametrize("where", ["format", "version"])
def test_a_file_of_another_format_says_which(path, where):
    save_checkpoint(path, values())
    contents = path.read_bytes()
    start = contents.index(
        b'"', contents.index(f'"{where}":'.encode()) + len(where) + 3
    )
    path.write_bytes(resealed(contents[: start + 1] + b"9" + contents[start + 2 :]))

    with pytest.raises(ri.FileError, match=f"{where} '.*' is needed, '9.*' came"):
        load_checkpoint(path, values())


def resealed(contents):
    """The contents with the checksum that they should have."""
    start = contents.index(b'"sha256":"') + 10
    blank = contents[:start] + b"0" * 64 + contents[start + 64 :]
    digest = hashlib.sha256(blank).hexdigest().encode()
    return contents[:start] + digest + contents[start + 64 :]


def test_a_checksum_does_not_make_nonsense_a_checkpoint(path):
    header = json.dumps({"__metadata__": {"sha256": "0" * 64}, "x": {"dtype": "F32"}})
    text = header.replace(": ", ":").encode()

    for wrong in (
        len(text).to_bytes(8, "little") + text,
        b"\xff" * 8 + text,
        text,
    ):
        path.write_bytes(resealed(wrong))
        with pytest.raises(ri.FileError, match="it is no safetensors file"):
            load_checkpoint(path, values())


def test_an_array_of_a_dtype_that_we_lack_is_named(path):
    save_checkpoint(path, {"x": ri.tensor([1, 2], dtype=ri.uint8)})
    path.write_bytes(resealed(path.read_bytes().replace(b'"U8"', b'"F8"')))

    with pytest.raises(ri.FileError, match=r"no safetensors file|x has dtype F8"):
        load_checkpoint(path, values())

    float8 = np.zeros(2, ml_dtypes.float8_e4m3fn)
    said = {"sha256": "0" * 64, "format": "reference_impl checkpoint", "version": "1"}
    path.write_bytes(resealed(safetensors.numpy.save({"x": float8}, said)))
    with pytest.raises(ri.FileError, match="x has dtype F8_E4M3, which is not supp"):
        load_checkpoint(path, values())


def test_a_file_of_somebody_else_is_refused(path):
    safetensors.numpy.save_file({"x": np.zeros(2)}, path)

    with pytest.raises(ri.FileError, match=r"state\.safetensors: .* name no sha256"):
        load_checkpoint(path, values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.pop("second.b"), "second.b is missing"),
        (lambda a: a.update(c=np.zeros(1)), "c does not belong here"),
        (
            lambda a: a.update({"second.b": np.zeros(3, np.float32)}),
            r"second.b has shape \(3,\), \(2,\) is needed",
        ),
        (
            lambda a: a.update({"second.b": np.zeros(2, np.float16)}),
            "second.b has dtype float16, float32 is needed",
        ),
    ],
    ids=["missing", "extra", "shape", "dtype"],
)
def test_a_file_of_another_tree_names_the_array(path, change, message):
    save_checkpoint(path, values())
    rewritten(path, change)

    with pytest.raises(ri.TreeError, match=rf"state\.safetensors: {message}"):
        load_checkpoint(path, values())


def test_what_is_no_tensor_is_named(path):
    with pytest.raises(ri.TreeError, match=r"save_checkpoint: .*, b is a float"):
        save_checkpoint(path, {"a": ri.zeros(1), "b": 1.0})
    with pytest.raises(ri.TreeError, match=r"load_checkpoint: .*, 0 is a ndarray"):
        load_checkpoint(path, [np.zeros(1)])
    assert not path.exists()


def test_two_leaves_of_one_name_are_refused(path):
    twice = {"a.b": ri.zeros(1), "a": {"b": ri.zeros(1)}}

    with pytest.raises(ri.TreeError, match=r"two leaves have the name a\.b"):
        save_checkpoint(path, twice)


@pytest.mark.parametrize("metadata", [{"step": 1}, {1: "step"}, {"sha256": "no"}])
def test_metadata_are_strings_under_names_that_are_free(path, metadata):
    with pytest.raises(ri.TreeError, match="save_checkpoint: metadata are strings"):
        save_checkpoint(path, values(), metadata)


def test_nothing_but_the_file_is_left(path, tmp_path):
    save_checkpoint(path, values())
    save_checkpoint(path, values())

    assert os.listdir(tmp_path) == [path.name]


def test_the_name_of_the_metadata_is_none_for_an_array(path):
    with pytest.raises(ri.TreeError, match="the name __metadata__ is the format's own"):
        save_checkpoint(path, {"__metadata__": ri.zeros(1)})
    assert not path.exists()


@pytest.mark.parametrize(
    ("names", "metadata"),
    [({"a\ud800": ri.zeros(1)}, {}), ({}, {"\ud800": "b"}), ({}, {"b": "a\ud800"})],
    ids=["array", "name", "text"],
)
def test_what_is_not_unicode_is_refused(path, names, metadata):
    message = "save_checkpoint: names and metadata must be Unicode, .*surrogate pair at"
    with pytest.raises(ri.TreeError, match=message):
        save_checkpoint(path, names, metadata)
    assert not path.exists()


def test_a_forged_list_that_is_nested_deeply_is_refused(path):
    said = {
        "sha256": "0" * 64,
        "format": "reference_impl checkpoint",
        "version": "1",
        "complex128": "[" * 100_000,
    }
    path.write_bytes(resealed(safetensors.numpy.save({"x": np.zeros(2)}, said)))

    with pytest.raises(ri.FileError, match=r"no safetensors file: .*recursion"):
        read_checkpoint(path)
