"""The adapters' own files: what a native user of each framework would write."""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
from collections.abc import Sequence
from difflib import SequenceMatcher
from importlib import resources
from itertools import groupby
from operator import itemgetter

from adapters.contract import FILES, FRAMEWORKS, OWN_FILES

from ..code_lines import code_lines

_KINDS = {
    tokenize.COMMENT: "comment",
    tokenize.STRING: "string",
    tokenize.NUMBER: "number",
}

Piece = tuple[str, str]
"""What a piece of a line is, such as "string" or nothing, and its text."""


def model_file(model: str) -> str:
    """The file of a model in every adapter."""
    return f"models/{model}.py"


def shared_files() -> list[str]:
    """The files that serve all models; some are in a few adapters only."""
    own = [file for of_one in OWN_FILES.values() for file in of_one]
    return list(dict.fromkeys([*FILES, *own]))


def files(models: Sequence[str]) -> list[str]:
    """Everything that can be read: the models' own files first."""
    return [*map(model_file, models), *shared_files()]


def source(framework: str, file: str) -> str:
    """The text of an adapter's file; empty if it has no such file."""
    path = resources.files("adapters").joinpath(framework, file)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def count(framework: str, file: str) -> int | None:
    """Lines of code of a file; nothing for no file, or one that is no Python."""
    text = source(framework, file)
    return (code_lines(text) or None) if _tokens(text) else None


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    """The tokens of a program; none of a text that is no program."""
    try:
        ast.parse(text)
        return list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, tokenize.TokenError):
        return []


def highlighted(text: str) -> list[list[Piece]]:
    """Every line in pieces; together they are the line."""
    lines = text.splitlines()
    paint = [[""] * len(line) for line in lines]
    before = ""
    for token in _tokens(text):
        kind = _kind(token, before)
        before = token.string
        if kind:
            _fill(paint, token, kind)
    return [
        [
            (kind, "".join(map(itemgetter(0), letters)))
            for kind, letters in groupby(
                zip(line, kinds, strict=True), key=itemgetter(1)
            )
        ]
        for line, kinds in zip(lines, paint, strict=True)
    ]


def matches(left: str, right: str) -> list[tuple[int, int, int]]:
    """Which lines are equal: where in each text, and how many; the last has none."""
    matcher = SequenceMatcher(a=left.splitlines(), b=right.splitlines(), autojunk=False)
    return [(m.a, m.b, m.size) for m in matcher.get_matching_blocks()]


def common(texts: Sequence[str]) -> list[tuple[int, ...]]:
    """The lines of the first text that are matched in all others: where, in each text.

    Lines count from 0. `common` in `templates/listing.js` does the same in the page,
    for the frameworks that are chosen there.
    """
    first, *others = texts
    places = [
        {a + i: b + i for a, b, size in matches(first, other) for i in range(size)}
        for other in others
    ]
    return [
        (line, *(place[line] for place in places))
        for line in range(len(first.splitlines()))
        if all(line in place for place in places)
    ]


def side_by_side(file: str) -> dict[str, object]:
    """A file's lines in each framework, and the matches of every two frameworks."""
    texts = {framework: source(framework, file) for framework in FRAMEWORKS}
    return {
        "lines": {framework: highlighted(text) for framework, text in texts.items()},
        "counts": {framework: count(framework, file) for framework in FRAMEWORKS},
        "matches": {
            left: {right: matches(text, other) for right, other in texts.items()}
            for left, text in texts.items()
        },
    }


def _kind(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.NAME:
        if keyword.iskeyword(token.string):
            return "keyword"
        return "definition" if before in ("def", "class") else ""
    # From Python 3.12 on, an f-string is several tokens.
    if tokenize.tok_name[token.type].startswith("FSTRING"):
        return "string"
    return _KINDS.get(token.type, "")


def _fill(paint: list[list[str]], token: tokenize.TokenInfo, kind: str) -> None:
    (first, start), (last, stop) = token.start, token.end
    for row in range(first, last + 1):
        begin = start if row == first else 0
        end = stop if row == last else len(paint[row - 1])
        paint[row - 1][begin:end] = [kind] * (end - begin)
