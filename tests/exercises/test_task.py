import ast
import inspect

import pytest

from exercises.task import library_modules, task
from reference_impl.core.shape import broadcast_shapes


@pytest.fixture
def stub(broadcasting):
    """The task's function, as Python sees it."""
    names = {}
    exec(compile(task(broadcasting), "task", "exec"), names)
    return names["broadcast_shapes"]


def test_signature_and_docstring_are_the_librarys(stub):
    assert inspect.signature(stub) == inspect.signature(broadcast_shapes)
    assert stub.__doc__ == broadcast_shapes.__doc__


def test_the_body_is_gone(stub):
    with pytest.raises(NotImplementedError, match="docstring"):
        stub((2, 3))


def test_imports_are_absolute_and_only_those_that_are_needed(broadcasting):
    statements = ast.walk(ast.parse(task(broadcasting)))
    imports = [node for node in statements if isinstance(node, ast.ImportFrom)]

    assert [(node.module, node.level) for node in imports] == [
        ("__future__", 0),
        ("reference_impl.core.errors", 0),
    ]


def test_the_module_under_exercise_is_not_offered(broadcasting):
    assert library_modules(task(broadcasting)) == ["reference_impl.core.errors"]


def test_every_line_fits_the_page(broadcasting):
    assert max(map(len, task(broadcasting).splitlines())) <= 88
