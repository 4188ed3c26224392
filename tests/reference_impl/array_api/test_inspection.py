import pytest

import reference_impl.array_api as xp
from reference_impl.core.device import device
from reference_impl.core.errors import DeviceError, RangeError


@pytest.fixture
def info():
    return xp.__array_namespace_info__()


def test_what_depends_on_values_works(info):
    assert info.capabilities() == {
        "boolean indexing": True,
        "data-dependent shapes": True,
        "max dimensions": 64,
    }


def test_the_defaults_are_what_the_functions_use(info):
    defaults = info.default_dtypes(device=info.default_device())

    assert xp.zeros(1).dtype == xp.linspace(0, 1, 2).dtype == defaults["real floating"]
    assert xp.arange(2).dtype == xp.asarray(3).dtype == defaults["integral"]
    assert xp.asarray(1j).dtype == defaults["complex floating"]
    assert xp.argmax(xp.zeros(1)).dtype == defaults["indexing"]


def test_tensors_lie_on_the_default_device(info):
    assert xp.zeros(1).device is info.default_device() is device("cpu")
    assert info.default_device() in info.devices()


def test_dtypes_are_those_of_the_standard(info):
    assert "float16" not in info.dtypes()
    assert all(getattr(xp, name) is dtype for name, dtype in info.dtypes().items())
    assert set(info.dtypes(kind=("bool", "complex floating"))) == {
        *("bool", "complex64", "complex128"),
    }


def test_an_unknown_kind_or_device_is_refused(info):
    with pytest.raises(RangeError, match=r"^dtypes: kinds are"):
        info.dtypes(kind="float")
    with pytest.raises(DeviceError, match="'abacus' is not there"):
        info.dtypes(device="abacus")
    with pytest.raises(DeviceError, match="'abacus' is not there"):
        info.default_dtypes(device="abacus")
