import os
import stat
import sys
import textwrap

import pytest


@pytest.fixture
def impostor(tmp_path, monkeypatch):
    """Replace a framework's Python by a script that misbehaves in a chosen way.

    The script gets an interpreter's arguments: -m workbench.worker FRAMEWORK CORES.
    """

    def plant(framework, script):
        path = tmp_path / f"python-{framework}"
        path.write_text(f"#!{sys.executable}\n{textwrap.dedent(script)}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv(f"MAPPING_PYTHON_{framework.upper()}", str(path))
        root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
        monkeypatch.setenv("PYTHONPATH", root)

    return plant
