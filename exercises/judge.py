"""Whether an answer is right, and what to say of one that is wrong.

An answer was written by a process that nobody trusts. A value is right when its line
is, letter by letter, the line of the right value: no parser stands between, and no
method of the submission's runs. Feedback names a class at most, so that neither a
hidden input nor a terminal's escape sequence can ride on it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from reference_impl.core.errors import MappingError

from .case import Case
from .wire import encoded, kind

LONGEST_NAME = 40


def complaint(
    functions: Mapping[str, Callable[..., object]], case: Case, line: str
) -> str:
    """What is wrong with a worker's answer to a case; empty if it is right.

    Parameters
    ----------
    functions : mapping
        The library's functions by name: they know the right answer.
    line : str
        The worker's answer, as `worker` describes it.
    """
    try:
        right = encoded(functions[case.function](*case.args))
    except MappingError as error:
        return _about_error(error, case.says, _parsed(line))
    if line == json.dumps({"value": right}):
        return ""
    return _about_value(right, _parsed(line))


def _parsed(line: str) -> dict[str, Any]:
    """A line as a value or as an error; one that is neither is an empty answer."""
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    if type(answer) is not dict:
        return {}
    if "value" in answer:
        return {"value": answer["value"]}
    names, message = answer.get("error"), answer.get("message")
    if type(names) is not list or not names or type(message) is not str:
        return {}
    if any(type(name) is not str for name in names):
        return {}
    return {"error": names, "message": message}


def _about_value(right: Any, answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"raised {_shown(answer['error'][0])}"
    if "value" not in answer:
        return "gave no answer"
    came, needed = kind(answer["value"]), kind(right)
    return "gave a wrong value" if came == needed else f"gave {came}, not {needed}"


def _about_error(
    right: Exception, says: tuple[str, ...], answer: dict[str, Any]
) -> str:
    name = type(right).__qualname__
    if "error" not in answer:
        return f"raised no {name}" if "value" in answer else "gave no answer"
    if f"{type(right).__module__}.{name}" not in answer["error"]:
        return f"raised {_shown(answer['error'][0])}, not {name}"
    missing = [word for word in says if word not in answer["message"]]
    return f"the message of its {name} leaves out what came" if missing else ""


def _shown(name: str) -> str:
    """The class of a dotted name, in letters that are safe to print."""
    return re.sub(r"[^A-Za-z0-9_]", "", name.rpartition(".")[2])[:LONGEST_NAME]
