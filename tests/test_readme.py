"""What the README shows runs as it stands there, from top to bottom."""

import re
from pathlib import Path

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
