"""The process that runs a submission: it reads calls, makes them, writes the answers.

It runs inside the sandbox, beside the submission, and holds nothing worth stealing:
no right answer, no hidden test but the calls themselves. Whatever the submission
does to this process, it can only change its own answers.

    request   one JSON document on stdin: limits, must_confine, calls
    answers   one line of JSON for each call, on what was stdout:
              {"value": ...}, or {"error": [class, base, ...], "message": ...}

Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any

from exercises.confinement import Limits, Unconfined, confine
from exercises.wire import decoded, encoded

LONGEST_MESSAGE = 1000
UNCONFINED = 77  # the exit code of a worker that ran nothing; sysexits calls it NOPERM


def main() -> None:
    """Answer the request on stdin."""
    request = json.load(sys.stdin)
    answers = os.dup(sys.stdout.fileno())
    _silence()
    try:
        confine(Limits(**request["limits"]))
    except Unconfined:
        if request["must_confine"]:
            sys.exit(UNCONFINED)
    lines = [answer(call) for call in request["calls"]]
    with open(answers, "w", encoding="utf-8") as out:
        out.write("\n".join(lines))


def answer(call: dict[str, Any]) -> str:
    """One call's answer as a line; leaving the program counts as an error too."""
    try:
        function = getattr(import_module("submission"), call["function"])
        value = function(*decoded(call["args"]))
        return json.dumps({"value": encoded(value)})
    except BaseException as error:
        names = [f"{each.__module__}.{each.__qualname__}" for each in type(error).mro()]
        return json.dumps({"error": names, "message": str(error)[:LONGEST_MESSAGE]})


def _silence() -> None:
    """What a submission prints goes nowhere, so that it cannot garble its answers."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


if __name__ == "__main__":
    main()
