"""What the tests of the framework share."""

import pytest

from reference_impl.core import device as devices


@pytest.fixture
def make_device(monkeypatch):
    """A function that makes a device and registers it for the time of one test."""
    monkeypatch.setattr(devices, "_devices", dict(devices._devices))

    def make(name="small", **options):
        device = devices.CPU(name=name, **options)
        devices.register_device(device)
        return device

    return make
