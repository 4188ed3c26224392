"""Nests printed as Python compute what NumPy computes."""

import copy

import numpy as np
from hypothesis import Phase, given, note, settings
from loop_nests import walks
from numba import cfunc, types

from reference_impl.core.codegen.python_text import source

SIGNATURE = types.void(types.CPointer(types.int64), types.int64, types.int64)
BUILT = {}


def built(nest):
    """The machine code of a nest's function, built once for its text."""
    text = source(nest)
    if text.name not in BUILT:
        names = {}
        exec(text.text, names)
        BUILT[text.name] = cfunc(SIGNATURE, error_model="numpy")(names[text.name])
    return BUILT[text.name]


# Every nest takes a build of 0.2 s, so none is made smaller after a failure.
@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(walks())
def test_a_printed_nest_computes_what_numpy_computes(walk):
    note(source(walk.nest).text)
    needed = copy.deepcopy(walk)
    with np.errstate(all="ignore"):
        needed.evaluate()

    walk.call(built(walk.nest).ctypes, parts=2)

    for came, right in zip(walk.memory, needed.memory, strict=True):
        np.testing.assert_array_equal(came, right)
