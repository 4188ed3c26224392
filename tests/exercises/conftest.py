"""What the tests of the exercises share: submissions, and a sandbox in both kinds."""

import ast
import inspect
import os
import sys
import textwrap
from functools import cache

import pytest

from exercises import sandbox
from exercises.catalogue import exercise
from exercises.confinement import ARCHITECTURES
from exercises.sandbox import why_unverified
from exercises.task import task
from reference_impl.core.shape import broadcast_shapes

# A right solution that is none of the library's: it looks at one axis at a time.
SOLUTION = """
ndim = max((len(shape) for shape in shapes), default=0)
padded = [(1,) * (ndim - len(shape)) + shape for shape in shapes]
result = []
for sizes in zip(*padded):
    wide = {size for size in sizes if size != 1}
    if len(wide) > 1:
        raise ShapeError(f"sizes {sorted(wide)} do not fit")
    result.append(wide.pop() if wide else 1)
return tuple(result)
"""


@pytest.fixture
def broadcasting():
    return exercise("01")


@pytest.fixture
def solution():
    return SOLUTION


@pytest.fixture
def library_body():
    """The body of the library's own function, without its docstring."""
    source = textwrap.dedent(inspect.getsource(broadcast_shapes))
    function = ast.parse(source).body[0]
    return "\n".join(map(ast.unparse, function.body[1:]))


@pytest.fixture
def with_body(broadcasting):
    """A function: the task file with this body in place of the sentence."""
    lines = task(broadcasting).splitlines()
    assert lines[-1].strip().startswith("raise NotImplementedError")

    def submission(body):
        return "\n".join([*lines[:-1], textwrap.indent(body.strip(), "    "), ""])

    return submission


@cache
def missing_walls():
    return why_unverified()


@pytest.fixture
def walls():
    if missing_walls():
        pytest.skip(f"no sandbox to test: {missing_walls()}")


@pytest.fixture
def without_filter(monkeypatch):
    """A kernel that knows no filter of system calls: workers ask for another mode."""
    if sys.platform != "linux" or os.uname().machine not in ARCHITECTURES:
        pytest.skip("no list of system calls for this machine")
    put, known = sandbox._put, "SECCOMP_MODE_FILTER = 22, 38, 2\n"

    def changed(path, text):
        if path.name == "confinement.py":
            assert known in text
            text = text.replace(known, "SECCOMP_MODE_FILTER = 22, 38, 99\n")
        put(path, text)

    monkeypatch.setattr(sandbox, "_put", changed)


@pytest.fixture(params=[False, True], ids=["plain", "walled"])
def walled(request):
    """Without bubblewrap, and with it where it works."""
    if request.param:
        request.getfixturevalue("walls")
    return request.param
