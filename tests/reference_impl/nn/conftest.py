"""What the tests of layers share."""

import pytest

from reference_impl.core import device as devices


@pytest.fixture
def other_device(monkeypatch):
    """A second device, registered for the time of one test."""
    monkeypatch.setattr(devices, "_devices", dict(devices._devices))
    device = devices.CPU(name="other")
    devices.register_device(device)
    return device
