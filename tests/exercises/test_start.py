import os

import pytest

from exercises.catalogue import ExerciseError
from exercises.start import start


def test_a_work_folder_holds_the_task_its_tests_and_a_page(broadcasting, tmp_path):
    written = start(broadcasting, tmp_path / "work" / "deep")

    assert sorted(path.name for path in written) == [
        "README.md",
        "broadcasting.py",
        "pytest.ini",
        "test_broadcasting.py",
    ]
    assert sorted(written) == sorted((tmp_path / "work" / "deep").iterdir())


def test_a_learners_file_is_never_overwritten(broadcasting, tmp_path):
    mine = tmp_path / "broadcasting.py"
    mine.write_text("# my work")

    with pytest.raises(ExerciseError, match="--to FOLDER"):
        start(broadcasting, tmp_path)

    assert mine.read_text() == "# my work"
    assert list(tmp_path.iterdir()) == [mine]


def test_a_link_that_leads_nowhere_is_not_overwritten_either(broadcasting, tmp_path):
    (tmp_path / "broadcasting.py").symlink_to(tmp_path / "elsewhere.py")

    with pytest.raises(ExerciseError, match="already there"):
        start(broadcasting, tmp_path)

    assert not (tmp_path / "elsewhere.py").exists()


def test_a_file_that_appears_meanwhile_is_kept(broadcasting, tmp_path, monkeypatch):
    mine = tmp_path / "broadcasting.py"
    mine.write_text("# my work")
    monkeypatch.setattr(os.path, "lexists", lambda path: False)

    assert mine not in start(broadcasting, tmp_path)
    assert mine.read_text() == "# my work"


def test_tests_that_a_learner_changed_are_kept(broadcasting, tmp_path):
    tests = tmp_path / "test_broadcasting.py"
    tests.write_text("# my tests")

    assert tests not in start(broadcasting, tmp_path)
    assert tests.read_text() == "# my tests"


def test_a_folder_that_cannot_be_made_is_told(broadcasting, tmp_path):
    (tmp_path / "work").write_text("a file")

    with pytest.raises(ExerciseError, match="cannot be written"):
        start(broadcasting, tmp_path / "work" / "01")
