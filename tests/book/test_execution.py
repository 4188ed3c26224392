import pytest

pytest.importorskip("sphinx", reason="needs Sphinx, which is not installed")

from mapping_book.execution import fingerprint

PATTERNS = ("library/**/*.py", "results/*.json")


@pytest.fixture
def root(tmp_path):
    for name in ("library/a.py", "library/inner/b.py", "results/c.json", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["library/a.py", "library/inner/b.py", "results/c.json"]
)
def test_the_fingerprint_changes_with_every_file_that_cells_use(root, name):
    before = fingerprint(root, PATTERNS)
    (root / name).write_text("changed")

    assert fingerprint(root, PATTERNS) != before


def test_the_fingerprint_changes_when_a_file_is_renamed(root):
    before = fingerprint(root, PATTERNS)
    (root / "library/a.py").rename(root / "library/z.py")

    assert fingerprint(root, PATTERNS) != before


def test_the_fingerprint_does_not_change_with_anything_else(root):
    before = fingerprint(root, PATTERNS)
    (root / "notes.txt").write_text("changed")
    (root / "library/a.py").touch()

    assert fingerprint(root, PATTERNS) == before
