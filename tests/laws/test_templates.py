"""The law for one element, printed as Python and as C, computes what NumPy computes."""

import ctypes
import itertools
import runpy
import shutil
import subprocess

import numba
import numpy as np
import pytest

from reference_impl.core.op import PRIMITIVES

# Libraries of elementary functions promise 1 to 4 units in the last place; two of them
# may err to different sides.
TOLERANCE_ULPS = 8

COUNT = 64

ELEMENTWISE = [op for op in PRIMITIVES.values() if op.kind == "elementwise"]

# Literals of the element's type, and the suffix of C's functions for that type.
PYTHON = {
    "float32": {"one": "np.float32(1)", "zero": "np.float32(0)"},
    "float64": {"one": "np.float64(1)", "zero": "np.float64(0)"},
}
C = {
    "float32": {"one": "1.0f", "zero": "0.0f", "f": "f"},
    "float64": {"one": "1.0", "zero": "0.0", "f": ""},
}
C_TYPE = {"float32": "float", "float64": "double", "bool": "bool"}


@pytest.fixture(params=ELEMENTWISE, ids=lambda op: op.name)
def op(request):
    return request.param


@pytest.fixture
def operands(op, dtype, rng):
    """Random elements; the first ones are equal, for the sake of comparisons."""
    count = len(op.__signature__.parameters)
    arrays = rng.uniform(*op.domain, size=(count, COUNT)).astype(dtype)
    arrays[:, 0] = arrays[0, 0]
    return arrays


def assert_equals_compute(came, op, operands):
    needed = op.compute(*operands)
    assert came.dtype == needed.dtype
    if needed.dtype == bool:
        np.testing.assert_array_equal(came, needed)
    else:
        np.testing.assert_array_max_ulp(came, needed, TOLERANCE_ULPS)


def test_python_template_built_by_numba_equals_compute(op, operands, dtype, tmp_path):
    names = [f"x{i}" for i in range(len(operands))]
    path = tmp_path / f"{op.name}.py"
    path.write_text(
        f"import math\n\nimport numpy as np\n\n\n"
        f"def scalar({', '.join(names)}):\n"
        f"    return {op.py.format(*names, **PYTHON[dtype.name])}\n"
    )
    scalar = numba.njit(error_model="numpy")(runpy.run_path(str(path))["scalar"])

    elements = [scalar(*point) for point in zip(*operands, strict=True)]

    result = scalar.nopython_signatures[0].return_type
    assert_equals_compute(np.array(elements, str(result)), op, operands)


def c_function(op, dtype):
    names = [f"x{i}" for i in range(len(op.__signature__.parameters))]
    result = np.dtype(op.compute(*np.ones((len(names), 1), dtype)).dtype).name
    inputs = "".join(f"const {C_TYPE[dtype]} *{name}, " for name in names)
    template = op.c.format(*(f"{name}[i]" for name in names), **C[dtype])
    return (
        f"void {op.name}_{dtype}({inputs}{C_TYPE[result]} *out, int64_t n) {{\n"
        f"    for (int64_t i = 0; i < n; i++)\n"
        f"        out[i] = {template};\n"
        f"}}\n"
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The C templates of all elementwise ops for both types, in one shared library."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler: `cc` is not on the path")
    folder = tmp_path_factory.mktemp("templates")
    source, built = folder / "templates.c", folder / "templates.so"
    functions = itertools.starmap(c_function, itertools.product(ELEMENTWISE, C))
    headers = "#include <math.h>\n#include <stdbool.h>\n#include <stdint.h>\n\n"
    source.write_text(headers + "\n".join(functions))
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", built, source, "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(built))


def test_c_template_built_by_cc_equals_compute(library, op, operands, dtype):
    out = np.empty(COUNT, op.compute(*operands).dtype)
    arrays = [*map(np.ascontiguousarray, operands), out]
    function = library[f"{op.name}_{dtype}"]

    function(*(ctypes.c_void_p(x.ctypes.data) for x in arrays), ctypes.c_int64(COUNT))

    assert_equals_compute(out, op, operands)
