import pytest

from atlas import listing
from atlas.row import Row

SOURCE = '''"""A theme."""

import numpy as np
import torch
from torch import nn


def _path(x):
    return torch.tensor(x)


def alone():
    return nn.Linear(1, 2)


def together():
    return _path(1)


def together_equal():
    return np.array(1)
'''


@pytest.fixture
def shown(tmp_path, monkeypatch):
    (tmp_path / "pytorch").mkdir()
    (tmp_path / "pytorch" / "theme.py").write_text(SOURCE)
    monkeypatch.setattr(listing, "HERE", tmp_path)
    return lambda slug: Row("theme", 1, slug, "", "", {})


def test_a_program_imports_what_it_uses_and_no_more(shown):
    assert listing.program("pytorch", shown("alone")) == (
        "from torch import nn\n\n\ndef alone():\n    return nn.Linear(1, 2)"
    )


def test_a_program_brings_the_functions_that_it_calls(shown):
    code = listing.program("pytorch", shown("together"))

    assert code.startswith("import torch\n\n\ndef _path(x):")
    assert "np" not in code


def test_a_second_program_is_found_by_its_name(shown):
    assert listing.equalised("pytorch", shown("together")) == (
        "import numpy as np\n\n\ndef together_equal():\n    return np.array(1)"
    )
    assert listing.equalised("pytorch", shown("alone")) is None
    assert listing.program("pytorch", shown("gone")) is None
