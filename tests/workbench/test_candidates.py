"""Which rows a comparison has."""

import pytest

from workbench.candidates import candidates
from workbench.errors import UserError


def test_an_unknown_framework_or_mode_is_answered_with_a_list():
    with pytest.raises(UserError, match="reference, pytorch, tensorflow, mxnet, jax"):
        candidates(["caffe"], ["default"])
    with pytest.raises(UserError, match="default, all"):
        candidates(["reference"], ["fast"])
    with pytest.raises(UserError, match="at least one framework"):
        candidates([], ["default"])
    with pytest.raises(UserError, match="at least one mode"):
        candidates(["reference"], [])


def test_a_mode_that_no_named_framework_has_is_refused_with_what_there_is():
    assert len(candidates(["jax", "tensorflow"], ["jit", "fit"])) == 2

    with pytest.raises(UserError, match="of jax has a mode fit; there are: jit, op by"):
        candidates(["jax"], ["jit", "fit"])


def test_noise_is_measured_once_for_a_framework_but_of_modes_that_stand_alone():
    several = candidates(("reference", "mxnet"), ("all",))
    alone = candidates(("mxnet",), ("all",))

    measuring = {(c.framework, c.mode) for c in several if c.measures_noise}
    assert measuring == {("reference", "compiled"), ("mxnet", "hybridized")}
    assert all(c.measures_noise for c in alone)
