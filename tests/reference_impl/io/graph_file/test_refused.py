"""Whatever is not a graph's file is refused, with its name and what differs."""

import hashlib
import io
import json
import re
import zipfile

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import FileError

WEIGHT = ri.tensor(np.linspace(-1, 1, 3).astype(np.float32))
SHA256_BYTES = 7 + 64


def model(flag, x):
    with ri.scope("encoder"):
        h = ri.exp(x) * WEIGHT
        h = ri.cond(flag, lambda v: v * WEIGHT, ri.negative, h)
    return {"h": h, "ones": ri.ones((100, 100))}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.graph"
    graph = ri.capture(model, ri.tensor(True), ri.ones((2, 3)))
    ri.save_graph(graph, path)
    return path


def refused(path, contents):
    """The message with which a file of these contents is refused."""
    path.write_bytes(contents)
    with pytest.raises(FileError) as caught:
        ri.load_graph(path)
    assert str(caught.value).startswith(f"load_graph: {path}: ")
    return str(caught.value)


def test_a_file_that_is_cut_off_anywhere_is_refused(path):
    contents = path.read_bytes()

    for length in range(0, len(contents), 1 + len(contents) // 1500):
        message = refused(path, contents[:length])
        assert "truncated" in message or "no zip archive" in message


def test_a_file_with_a_changed_byte_is_refused(path):
    contents = path.read_bytes()

    for place in range(0, len(contents), 1 + len(contents) // 1500):
        changed = bytearray(contents)
        changed[place] ^= 1 << place % 8
        refused(path, bytes(changed))


def test_a_file_with_something_after_its_end_is_refused(path):
    assert "truncated" in refused(path, path.read_bytes() + b"more")


def test_another_file_is_refused(path):
    assert "it is no zip archive" in refused(path, b"P6 8 8 255")


def test_another_archive_is_refused(path):
    np.savez(path.with_suffix(".npz"), x=np.ones(3))

    assert "do not end with a checksum" in refused(
        path, path.with_suffix(".npz").read_bytes()
    )


def test_a_missing_file_is_pythons_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        ri.load_graph(tmp_path / "nowhere")


def members(contents):
    with zipfile.ZipFile(io.BytesIO(contents)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sealed(covered):
    return covered + b"sha256:" + hashlib.sha256(covered).hexdigest().encode()


def packed(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files:
            archive.writestr(zipfile.ZipInfo(name), text)
        archive.comment = b"." * SHA256_BYTES
    return sealed(buffer.getvalue()[:-SHA256_BYTES])


def rebuilt(contents, edit=lambda document: None, **extra):
    """The archive with a changed document, and members exchanged or left out."""
    files = members(contents)
    document = json.loads(files["graph.json"])
    edit(document)
    files["graph.json"] = json.dumps(document).encode()
    files |= {name.replace("__", "/").replace("_", "."): x for name, x in extra.items()}
    return packed((name, x) for name, x in files.items() if x is not None)


def test_an_archive_that_another_program_wrote_is_read(path):
    text = ri.load_graph(path).show()
    path.write_bytes(rebuilt(path.read_bytes()))

    assert ri.load_graph(path).show() == text


def at(*keys, value):
    """An edit that puts a value at a path into the document."""

    def edit(document):
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = value

    return edit


GRAPH = ("graph",)
NODE = ("graph", "nodes", 0)
EDITS = {
    "format": (
        at("format", value="other"),
        "'reference_impl graph' is needed, 'other'",
    ),
    "version": (at("version", value=2), "version 1 is needed, 2 came"),
    "graph": (at("graph", value=[]), "graph: an object is needed, \\[\\] came"),
    "name": (at("graph", "name", value=3), "name must be a str, 3 came"),
    "op": (
        at(*NODE, "op", value="format_disk"),
        "nodes 0: there is no op 'format_disk'",
    ),
    "later": (at(*NODE, "inputs", value=["n1"]), "nodes 0: there is no 'n1' before it"),
    "place": (at(*NODE, "inputs", value=["i-1"]), "there is no 'i-1' before it"),
    "number": (at(*NODE, "inputs", value=[0]), "there is no 0 before it"),
    "none": (at(*NODE, "inputs", value=[]), "nodes 0: exp of constants only"),
    "few": (
        at("graph", "nodes", 1, "inputs", value=["n0"]),
        "multiply refuses: missing",
    ),
    "many": (at(*NODE, "inputs", value=["i1"] * 2), "exp refuses: too many"),
    "constants": (at(*NODE, "inputs", value=["c0"]), "exp of constants only"),
    "dtype": (at(*NODE, "inputs", value=["i0"]), "nodes 0: exp refuses: exp: floating"),
    "made": (
        at(*NODE, "shape", value=[2, 4]),
        r"makes shape \[2, 3\], .* says \[2, 4\]",
    ),
    "made of": (
        at(*NODE, "dtype", value="float64"),
        "makes dtype float32, .* 'float64'",
    ),
    "no type": (
        at("graph", "inputs", 0, "dtype", value="object"),
        "object is not supp",
    ),
    "size": (
        at("graph", "inputs", 0, "shape", value=[-1]),
        r"a shape is needed, \[-1\]",
    ),
    "attrs": (at(*NODE, "attrs", value={"axis": 1}), "exp refuses: .*unexpected"),
    "attr": (
        at(*NODE, "attrs", value={"x": {"eval": "1"}}),
        "{'eval': '1'} is no attr",
    ),
    "huge": (at(*NODE, "attrs", value={"x": 10**30}), "0 is no attribute"),
    "object": (at(*NODE, "attrs", value={"x": {"dtype": "O"}}), "is no attribute"),
    "from": (
        at("graph", "outputs", 0, "from", value="n99"),
        "outputs 0: there is no 'n99'",
    ),
    "outputs": (
        at("graph", "outputs", value=[]),
        "structure: .*leaves are needed, 0 came",
    ),
    "structure": (at("graph", "structure", value={"set": []}), "is no structure"),
    "keys": (
        at("graph", "structure", value={"dict": [["a", "leaf"], ["a", "leaf"]]}),
        "the keys of its structure are not distinct",
    ),
    "scope": (
        at("graph", "scopes", value=[["a", 0, 99]]),
        "'a' reaches from node 0 to 99",
    ),
    "no scope": (at("graph", "scopes", value=[[1]]), r"\[1\] is no scope"),
    "constant type": (
        at("constants", 0, "dtype", value="float64"),
        r"constants/0.npy has dtype float32, graph.json says float64",
    ),
    "constant shape": (
        at("constants", 0, "shape", value=[2, 4]),
        r"constants/0.npy has shape \(1, 3\), graph.json says \(2, 4\)",
    ),
    "nested": (
        lambda document: at("name", value=None)(nested(document)),
        "true: graph: name must be a str|graph: name must be a str",
    ),
}


def nested(document):
    (node,) = (x for x in document["graph"]["nodes"] if x["op"] == "cond")
    return node["attrs"]["true"]["graph"]


@pytest.mark.parametrize(("edit", "message"), EDITS.values(), ids=EDITS)
def test_a_wrong_document_is_refused_with_the_place_and_the_difference(
    edit, message, path
):
    assert re.search(message, refused(path, rebuilt(path.read_bytes(), edit)))


def removed(*keys):
    def edit(document):
        for key in keys[:-1]:
            document = document[key]
        del document[keys[-1]]

    return edit


@pytest.mark.parametrize(
    "keys",
    [
        ("format",),
        ("version",),
        ("constants",),
        ("graph",),
        *(("graph", x) for x in ("name", "inputs", "nodes", "outputs", "structure")),
        ("graph", "scopes"),
        *(("graph", "inputs", 0, x) for x in ("name", "shape", "dtype")),
        *((*NODE, x) for x in ("op", "inputs", "attrs", "shape", "dtype")),
        *(("graph", "outputs", 0, x) for x in ("name", "from")),
        *(("constants", 0, x) for x in ("shape", "dtype")),
    ],
    ids=str,
)
def test_a_missing_field_is_refused_by_name(keys, path):
    message = refused(path, rebuilt(path.read_bytes(), removed(*keys)))

    assert f"{keys[-1]} is missing" in message


def test_a_constant_that_is_missing_or_too_much_is_refused(path):
    contents = path.read_bytes()

    assert "constants/0.npy is missing" in refused(
        path, rebuilt(contents, constants__0_npy=None)
    )
    assert "'constants/99.npy' does not belong here" in refused(
        path, rebuilt(contents, constants__99_npy=b"")
    )


def test_a_constant_that_nobody_reads_is_refused(path):
    contents = path.read_bytes()
    count = sum(name.startswith("constants/") for name in members(contents))

    def edit(document):
        document["constants"].append(document["constants"][0])

    added = {f"constants__{count}_npy": members(contents)["constants/0.npy"]}
    assert f"constant c{count} is read by no node" in refused(
        path, rebuilt(contents, edit, **added)
    )


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "constants/../../evil"])
def test_a_member_outside_of_the_archive_is_refused_and_written_nowhere(name, path):
    files = [*members(path.read_bytes()).items(), (name, b"evil")]

    assert f"member {name!r} does not belong here" in refused(path, packed(files))
    assert [*path.parent.iterdir()] == [path]


def npy(array, **options):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, **options)
    return buffer.getvalue()


ONE = np.ones((1, 3), np.float32)
ARRAYS = {
    "empty": (b"", "is no array"),
    "text": (b"no array at all", "is no array"),
    "cut": (npy(ONE)[:-1], "12 bytes of elements are needed, 11 came"),
    "long": (npy(ONE) + b"x", "12 bytes of elements are needed, 13 came"),
    "pickle": (npy(np.array([[1, "x", None]], object)), "has dtype object"),
    "huge": (
        npy(ONE).replace(b"(1, 3), }" + b" " * 12, b"(1, 3000000000000), }"),
        "has shape",
    ),
    "nested": (npy(ONE).replace(b"(1, 3), }" + b" " * 20, b"(" * 29), "is no array"),
    "version": (npy(ONE, version=(2, 0)), "version 1.0 of NumPy's format is needed"),
}


@pytest.mark.parametrize(("contents", "message"), ARRAYS.values(), ids=ARRAYS)
def test_a_constant_that_is_not_its_array_is_refused(contents, message, path):
    files = members(path.read_bytes()) | {"constants/0.npy": contents}

    assert message in refused(path, packed(files.items()))


def test_a_document_that_is_no_json_is_refused(path):
    files = members(path.read_bytes())

    for text in (b"", b"{", b"\xff", b"9" * 5000, b'{"a": NaN'):
        message = refused(path, packed([*(files | {"graph.json": text}).items()]))
        assert "graph.json is no JSON" in message


def test_a_document_that_is_nested_too_deeply_is_refused(path):
    files = members(path.read_bytes())

    for text in (b"[" * 100_000, b'{"a":' * 100_000):
        bomb = packed((files | {"graph.json": text}).items())
        assert "nested too deeply" in refused(path, bomb)


def test_attributes_nested_too_deeply_are_refused(path):
    def edit(document):
        deep = None
        for _ in range(450):
            deep = {"tuple": [deep]}
        document["graph"]["nodes"][0]["attrs"]["x"] = deep

    message = refused(path, rebuilt(path.read_bytes(), edit))
    assert "nested too deeply" in message or "unexpected" in message


def test_a_compressed_member_is_refused_before_it_is_unpacked(path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("graph.json", b" " * 10**7)
        archive.comment = b"." * SHA256_BYTES

    bomb = sealed(buffer.getvalue()[:-SHA256_BYTES])
    assert "a member is compressed" in refused(path, bomb)


def test_a_member_that_claims_more_than_the_file_has_is_refused(path):
    contents = path.read_bytes()
    length = len(members(contents)["graph.json"])
    sizes = length.to_bytes(4, "little") * 2

    bomb = sealed(contents[:-SHA256_BYTES].replace(sizes, b"\xf0\xff\xff\x7f" * 2))
    assert "its members claim" in refused(path, bomb)


def test_two_members_of_one_name_are_refused(path):
    files = [*members(path.read_bytes()).items(), ("graph.json", b"{}")]

    with pytest.warns(UserWarning, match="Duplicate name"):
        contents = packed(files)
    assert "two members have one name" in refused(path, contents)


@pytest.mark.parametrize("shape", [1, "ab", None], ids=repr)
def test_a_shape_that_an_attribute_makes_senseless_is_refused(shape, tmp_path):
    path = tmp_path / "placed.graph"
    ri.save_graph(ri.capture(lambda x: ri.pad(x, 1), ri.ones(2)), path)

    def edit(document):
        (node,) = (n for n in document["graph"]["nodes"] if n["op"] == "place")
        node["attrs"]["shape"] = shape

    assert "place" in refused(path, rebuilt(path.read_bytes(), edit))


@pytest.mark.parametrize(
    "given",
    [ri.exp, ri.compile(ri.exp), ri.ones(2)],
    ids=["function", "compiled", "tensor"],
)
@pytest.mark.parametrize("who", ["save_graph", "source", "gradient"])
def test_what_is_no_graph_is_refused(who, given, tmp_path):
    path = (tmp_path / "x",) if who == "save_graph" else ()

    with pytest.raises(ri.CaptureError, match=f"^{who}: a graph is needed, .* came"):
        getattr(ri, who)(given, *path)
