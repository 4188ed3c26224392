"""Every name of the standard is there, and is called as the standard says."""

import inspect

import array_api_strict as oracle
import pytest

import reference_impl.array_api as xp

# The oracle also follows a later version of the standard, and has names of its own.
LATER = {"broadcast_shapes", "isin"}
ITS_OWN = {name for name in oracle.__all__ if "strict_flags" in name.lower()}
ITS_OWN |= {"ArrayAPIStrictFlags", "Device", "__version__"}
TOP = set(oracle.__all__) - LATER - ITS_OWN


def named(namespace, name):
    for part in name.split("."):
        namespace = getattr(namespace, part)
    return namespace


NAMES = [
    *sorted(TOP),
    *(f"linalg.{name}" for name in sorted(oracle.linalg.__all__)),
    *(f"fft.{name}" for name in sorted(oracle.fft.__all__)),
]
FUNCTIONS = [name for name in NAMES if inspect.isfunction(named(oracle, name))]


def parameters(function):
    return [
        (p.name, p.kind, p.default)
        for p in inspect.signature(function).parameters.values()
    ]


# Where the oracle has defaults of its own, to tell "not given" from `None`.
MARKED = {"from_dlpack", "astype"}


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - MARKED))
def test_a_function_has_exactly_the_signature_of_the_standard(name):
    assert parameters(named(xp, name)) == parameters(named(oracle, name))


@pytest.mark.parametrize("name", sorted(MARKED))
def test_what_the_oracle_marks_as_not_given_is_nothing(name):
    expected = [
        (n, kind, None if repr(default).startswith("<Undef") else default)
        for n, kind, default in parameters(named(oracle, name))
    ]

    assert parameters(named(xp, name)) == expected


def test_the_names_are_those_of_the_standard():
    assert set(xp.__all__) == TOP
    assert set(xp.linalg.__all__) == set(oracle.linalg.__all__)
    assert set(xp.fft.__all__) == set(oracle.fft.__all__)
    assert all(hasattr(xp, name) for name in TOP)


# What the standard asks of an array: its operators, and these.
OPERATORS = [
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"),
    *("and", "or", "xor", "lshift", "rshift"),
]
ASKED = [
    *(f"__{name}__" for name in OPERATORS),
    *(f"__r{name}__" for name in OPERATORS),
    *(f"__{name}__" for name in ("eq", "ge", "gt", "le", "lt", "ne")),
    *(f"__{name}__" for name in ("abs", "invert", "neg", "pos")),
    *(f"__{name}__" for name in ("bool", "complex", "float", "index", "int")),
    *(f"__{name}__" for name in ("getitem", "setitem", "array_namespace")),
    *(f"__{name}__" for name in ("dlpack", "dlpack_device")),
    "to_device",
]


@pytest.mark.parametrize("name", ASKED)
def test_a_method_can_be_called_as_the_standard_says(name):
    required = {
        "__dlpack__": ["stream", "max_version", "dl_device", "copy"],
        "__array_namespace__": ["api_version"],
        "to_device": ["stream"],
    }

    given = inspect.signature(getattr(xp.zeros(1), name)).parameters.values()

    by_name = [p.name for p in given if p.kind is p.KEYWORD_ONLY]
    assert by_name == required.get(name, [])
    assert all(p.default is None for p in given if p.kind is p.KEYWORD_ONLY)


@pytest.mark.parametrize(
    "name", ["dtype", "device", "mT", "ndim", "shape", "size", "T"]
)
def test_an_array_has_the_attributes_of_the_standard(name):
    assert hasattr(xp.zeros((1, 1)), name)
