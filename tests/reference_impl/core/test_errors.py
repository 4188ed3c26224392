import pytest

from reference_impl.core import errors

PYTHON_CLASS = {
    errors.ShapeError: ValueError,
    errors.AxisError: (ValueError, IndexError),
    errors.IndexRangeError: IndexError,
    errors.DtypeError: TypeError,
    errors.TreeError: ValueError,
    errors.OutOfMemoryError: MemoryError,
    errors.NoValueError: TypeError,
    errors.CaptureError: TypeError,
    errors.CompileError: RuntimeError,
    errors.NonFiniteError: ArithmeticError,
}


@pytest.mark.parametrize(("ours", "pythons"), PYTHON_CLASS.items())
def test_an_error_is_caught_by_our_base_and_by_pythons_class(ours, pythons):
    assert issubclass(ours, errors.MappingError)
    for python in pythons if isinstance(pythons, tuple) else (pythons,):
        assert issubclass(ours, python)
