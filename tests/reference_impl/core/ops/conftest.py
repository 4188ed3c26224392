"""What the tests of ops share."""

import pytest

import reference_impl as ri
from reference_impl.core.errors import ShapeError


@pytest.fixture(params=[lambda f: f, ri.compile], ids=["eager", "compiled"])
def run(request):
    """Both ways of calling a function: as it is, and compiled."""
    return request.param


@pytest.fixture
def refuses():
    """Whether both ways of calling a function refuse in the same words."""

    def both_refuse(function, x):
        with pytest.raises(ShapeError) as eager:
            function(x)
        with pytest.raises(ShapeError) as captured:
            ri.capture(function, x)
        return str(captured.value).startswith(str(eager.value))  # and the line

    return both_refuse
