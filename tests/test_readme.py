"""What the README shows runs as it stands there, from top to bottom."""

import re
from pathlib import Path

from adapters.contract import MODES
from adapters.zoo import MODELS

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_programs_of_the_readme_run():
    programs = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names = {}

    for program in programs:
        exec(program, names)

    assert names["state"].epoch == 20
    score = names["train"].evaluate(
        names["state"].model, names["test"], {"accuracy": names["train"].accuracy}
    )
    assert score["accuracy"] > 0.95


def rows(heading):
    """The cells of a table of the README, line by line."""
    table = README.read_text().partition(heading)[2].partition("\n\n")[0]
    return [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]


def test_the_readme_lists_models_that_are_there():
    listed = [
        name for row in rows("| model |") for name in re.findall(r"`(.*?)`", row[0])
    ]

    assert len(listed) >= 12
    assert set(listed) <= set(MODELS)


def test_the_readme_lists_every_mode_in_its_order():
    listed = {name.lower(): modes.split(", ") for name, modes in rows("| framework |")}

    assert listed == {framework: list(modes) for framework, modes in MODES.items()}
