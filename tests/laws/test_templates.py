"""The law for one element, printed as Python and as C, computes what NumPy computes."""

import ctypes
import itertools
import runpy
import shutil
import subprocess

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.op import PRIMITIVES

# Libraries of elementary functions promise 1 to 4 units in the last place; two of them
# may err to different sides.
TOLERANCE_ULPS = 8

COUNT = 64

# Signed zeros, the infinities and NaN, where a law has many cases.
SPECIAL = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan]

# Literals of the element's type, and the suffix of C's functions for that type.
PYTHON = {
    name: {"one": f"np.{name}(1)", "zero": f"np.{name}(0)"}
    for name in ("float32", "float64", "int32", "int64")
}
C = {
    "float32": {"one": "1.0f", "zero": "0.0f", "f": "f"},
    "float64": {"one": "1.0", "zero": "0.0", "f": ""},
    "int32": {"one": "1", "zero": "0"},
    "int64": {"one": "1", "zero": "0"},
}
C_TYPE = {
    "float32": "float",
    "float64": "double",
    "int32": "int32_t",
    "int64": "int64_t",
    "bool": "bool",
}


def dtypes(op):
    """Those for which an op has templates: floating ones, if it takes them."""
    is_floating = ri.float64.kind in op.kinds
    return (ri.float32, ri.float64) if is_floating else (ri.int32, ri.int64)


CASES = [
    (op, dtype)
    for op in PRIMITIVES.values()
    if op.kind == "elementwise"
    for dtype in dtypes(op)
]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0].name}-{case[1]}")
def case(request):
    return request.param


@pytest.fixture
def operands(case, rng):
    """Random elements; the first ones are equal, for the sake of comparisons."""
    op, dtype = case
    count = len(op.__signature__.parameters)
    arrays = rng.uniform(*op.domain, size=(count, COUNT)).astype(dtype)
    arrays[:, 0] = arrays[0, 0]
    return arrays


@pytest.fixture
def special_operands(case):
    """Every combination of special values, or none for an op on integers."""
    op, dtype = case
    count = len(op.__signature__.parameters)
    if dtype.kind == "i":
        return np.empty((count, 0), dtype)
    return np.array(list(itertools.product(SPECIAL, repeat=count)), dtype).T


def assert_equals_compute(came, op, operands):
    with np.errstate(all="ignore"):
        needed = op.compute(*operands)
    assert came.dtype == needed.dtype
    if needed.dtype.kind in "bi":
        np.testing.assert_array_equal(came, needed)
    else:
        np.testing.assert_array_max_ulp(came, needed, TOLERANCE_ULPS)


def loop(case):
    """Python source that applies an op to arrays, as generated kernels do."""
    op, dtype = case
    names = [f"x{i}" for i in range(len(op.__signature__.parameters))]
    template = op.py.format(*names, **PYTHON[dtype.name])
    return (
        f"import math\n\nimport numba\nimport numpy as np\n\n\n"
        f"@numba.njit(error_model='numpy')\n"
        f"def scalar({', '.join(names)}):\n"
        f"    return {template}\n\n\n"
        f"@numba.njit\n"
        f"def loop({', '.join(names)}, out):\n"
        f"    for i in range(out.size):\n"
        f"        out[i] = scalar({', '.join(f'{name}[i]' for name in names)})\n"
    )


def test_python_template_built_by_numba_equals_compute(
    case, operands, special_operands, tmp_path
):
    op, dtype = case
    path = tmp_path / f"{op.name}.py"
    path.write_text(loop(case))
    functions = runpy.run_path(str(path))

    for arrays in (operands, special_operands):
        out = np.empty(arrays.shape[1], op.compute(*operands).dtype)
        functions["loop"](*map(np.ascontiguousarray, arrays), out)
        assert_equals_compute(out, op, arrays)

    # A float32 must not pass through float64; integers are counted in 64 bits.
    result = functions["scalar"].nopython_signatures[0].return_type
    assert str(result) == out.dtype.name or dtype.kind == "i"


def c_function(op, dtype):
    names = [f"x{i}" for i in range(len(op.__signature__.parameters))]
    result = op.dtype(*np.empty((len(names), 1), dtype)).name
    inputs = "".join(f"const {C_TYPE[dtype.name]} *{name}, " for name in names)
    template = op.c.format(*(f"{name}[i]" for name in names), **C[dtype.name])
    return (
        f"void {op.name}_{dtype}({inputs}{C_TYPE[result]} *out, int64_t n) {{\n"
        f"    for (int64_t i = 0; i < n; i++)\n"
        f"        out[i] = {template};\n"
        f"}}\n"
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The C templates of all elementwise ops in one shared library."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler: `cc` is not on the path")
    folder = tmp_path_factory.mktemp("templates")
    source, built = folder / "templates.c", folder / "templates.so"
    functions = itertools.starmap(c_function, CASES)
    headers = "#include <math.h>\n#include <stdbool.h>\n#include <stdint.h>\n\n"
    source.write_text(headers + "\n".join(functions))
    command = [compiler, "-std=c99", "-O1", "-shared", "-fPIC", "-o", built, source]
    done = subprocess.run(
        [*command, "-lm"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(built))


def test_c_template_built_by_cc_equals_compute(
    library, case, operands, special_operands
):
    op, dtype = case
    function = library[f"{op.name}_{dtype}"]

    for arrays in (operands, special_operands):
        out = np.empty(arrays.shape[1], op.compute(*operands).dtype)
        given = [*map(np.ascontiguousarray, arrays), out]
        function(
            *(ctypes.c_void_p(x.ctypes.data) for x in given), ctypes.c_int64(out.size)
        )
        assert_equals_compute(out, op, arrays)
