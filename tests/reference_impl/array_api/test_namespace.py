import pytest
from compiled import assert_as_eager

import reference_impl as ri
import reference_impl.array_api as xp
from reference_impl.core.errors import RangeError


@pytest.mark.parametrize("version", [None, "2021.12", "2022.12", "2023.12", "2024.12"])
def test_a_tensor_leads_to_the_namespace(version):
    assert ri.tensor(1.0).__array_namespace__(api_version=version) is xp


def test_an_unknown_version_is_refused_with_those_there_are():
    with pytest.raises(RangeError, match=r"versions .*'2024.12'.* '1999.01' came"):
        ri.tensor(1.0).__array_namespace__(api_version="1999.01")


@pytest.mark.parametrize("name", xp.__all__)
def test_a_name_is_there(name):
    assert hasattr(xp, name)


@pytest.mark.parametrize(
    "section", [xp, xp.linalg, xp.fft], ids=["top", "linalg", "fft"]
)
def test_a_function_is_explained(section):
    functions = [getattr(section, name) for name in section.__all__]

    assert all(f.__doc__ for f in functions if callable(f))


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("sum", lambda x: xp.sum(x=x)),
        ("sum", lambda x: xp.sum(x, 0)),
        ("exp", lambda x: xp.exp(x=x)),
        ("add", lambda x: xp.add(x, x, x)),
        ("flip", lambda x: xp.flip(x, 0)),
        ("squeeze", lambda x: xp.squeeze(x)),
    ],
)
def test_what_the_standard_does_not_allow_is_refused(name, call):
    with pytest.raises(TypeError, match=rf"^{name}\(\) .* argument"):
        call(xp.ones((1, 2)))


def test_derivatives_go_through_the_namespace():
    gradient = ri.grad(lambda x: xp.sum(xp.multiply(x, x)))

    assert gradient(xp.asarray([1.0, 2.0])).tolist() == [2, 4]


def test_a_function_written_for_any_library_can_be_compiled():
    def softmax(x):
        namespace = x.__array_namespace__()
        weights = namespace.exp(x - namespace.max(x, axis=-1, keepdims=True))
        return weights / namespace.sum(weights, axis=-1, keepdims=True)

    x = xp.asarray([[1.0, 2.0], [3.0, 5.0]])

    assert_as_eager(ri.compile(softmax)(x), softmax(x))


def test_a_tensor_moves_without_streams():
    x = ri.tensor([1.0])

    assert x.to_device(x.device, stream=None) is x
    with pytest.raises(ValueError, match="to_device: there are no streams, 1 came"):
        x.to_device(x.device, stream=1)
