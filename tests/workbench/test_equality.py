"""When two are equal: the gates, and what is named where they are not."""

import numpy as np
import pytest
from two_layers import MODEL, changed

from workbench import equality, sanity
from workbench.arrays import named, under


def test_equal_results_have_no_errors_and_no_reason(results):
    verdict = equality.verdict(results, results, MODEL, "float64")

    assert verdict == equality.Verdict(
        *(0.0, 0.0, 0.0),
        layers=tuple(equality.LayerError(name, 0.0, 0.0) for name in MODEL.layers),
    )


def test_a_difference_within_the_gate_is_equal(results):
    near = changed(results, "activation/hidden", by=1e-14)

    assert equality.verdict(near, results, MODEL, "float64").reason is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("activation/hidden", "forward differs first in layer hidden"),
        ("activation/output", "forward differs first in layer output"),
        ("gradient/output.weight", "gradient differs first in output.weight"),
        ("gradient/hidden.weight", "gradient differs first in hidden.weight"),
        ("whole", "forward differs first in the whole model"),
        ("one", "forward differs first in the prediction for one sample"),
        ("loss/loss", "forward differs first in the loss"),
        ("trained/hidden.weight", "training differs at the end, most in hidden.weight"),
        ("losses/loss", "training differs in the losses"),
        ("prediction", "training differs in the prediction"),
    ],
)
def test_a_difference_is_named_by_its_layer(results, name, expected):
    wrong = changed(results, name, by=1e-6)

    assert expected in equality.verdict(wrong, results, MODEL, "float64").reason


def test_of_two_wrong_gradients_the_one_nearer_to_the_loss_is_named(results):
    wrong = changed(results, "gradient/hidden.weight", by=1e-3)
    wrong = changed(wrong, "gradient/output.weight", by=1e-3)

    reason = equality.verdict(wrong, results, MODEL, "float64").reason

    assert "gradient differs first in output.weight" in reason


def test_it_is_said_how_many_other_gradients_differ(results):
    wrong = changed(results, "gradient/output.weight", by=1e-3)
    one = equality.verdict(wrong, results, MODEL, "float64").reason
    wrong = changed(wrong, "gradient/hidden.weight", by=1e-3)
    both = equality.verdict(wrong, results, MODEL, "float64").reason

    assert "others" not in one
    assert "output.weight" in both
    assert both.endswith("others that differ: 1")


def test_the_first_step_whose_loss_differs_is_said(results):
    wrong = changed(results, "trained/hidden.weight", by=1e-3)
    late = wrong | {"losses/loss": results["losses/loss"].copy()}
    late["losses/loss"][2:] += 1e-6

    def reason(found):
        return equality.verdict(found, results, MODEL, "float64").reason

    assert "losses differ" not in reason(wrong)
    assert reason(late).endswith("losses differ from step 3 on")


def test_not_a_number_is_never_equal(results):
    wrong = changed(results, "activation/output", by=np.nan)

    named = sanity.not_finite(wrong, in_training=False)
    assert named == "NaN in activation of output"
    assert sanity.not_finite(wrong, in_training=True) is None
    assert equality.verdict(wrong, results, MODEL, "float64").reason is not None


def switched(results):
    """A truth, and results in which rounding has let one number through a relu."""
    zero = results["activation/hidden"].copy()
    zero[0, 0] = 0
    truth = results | {"activation/hidden": zero}
    near = changed(truth, "activation/hidden", by=0)
    near["activation/hidden"][0, 0] = 1e-7
    return truth, near


def test_a_relu_that_rounding_has_switched_excuses_a_gradient_in_float32(results):
    truth, near = switched(results)
    near = changed(near, "gradient/hidden.weight", by=1e-2)

    singly = equality.verdict(near, truth, MODEL, "float32")
    exactly = equality.verdict(near, truth, MODEL, "float64")

    assert (singly.reason, singly.beyond) == (None, ())
    assert "1 of 6 numbers of layer hidden are zero" in singly.remark
    assert "forward differs first in layer hidden" in exactly.reason
    assert exactly.beyond == ("forward", "gradient")


@pytest.mark.parametrize(
    ("name", "factor", "expected"),
    [
        ("gradient/hidden.weight", -3, "gradient differs first in layer hidden"),
        ("gradient/hidden.weight", 1.2, "gradient differs first in layer hidden"),
        ("after 10/hidden.weight", 1.1, "training differs after 10 steps"),
        ("losses/loss", 1.1, "training differs in the first losses"),
    ],
)
def test_a_switched_relu_does_not_excuse_what_no_relu_does(
    results, name, factor, expected
):
    truth, near = switched(results | named("after 10", under("trained", results)))
    near = {n: a * factor if n == name else a for n, a in near.items()}

    verdict = equality.verdict(near, truth, MODEL, "float32")

    assert verdict.excused
    assert expected in verdict.reason


def test_every_layer_in_which_something_has_switched_is_said(results):
    truth = dict(results)
    near = dict(results)
    for layer in MODEL.layers:
        truth[f"activation/{layer}"] = results[f"activation/{layer}"].copy()
        near[f"activation/{layer}"] = results[f"activation/{layer}"].copy()
        truth[f"activation/{layer}"][0, 0] = 0
        near[f"activation/{layer}"][0, 0] = 1e-7

    verdict = equality.verdict(near, truth, MODEL, "float32")

    words = "1 of 6 numbers of layer hidden and 1 of 3 numbers of layer output are zero"
    assert words in verdict.remark
    assert verdict.excused == MODEL.layers


def test_without_a_switch_a_wrong_gradient_is_found_in_float32(results):
    wrong = changed(results, "gradient/hidden.weight", by=1e-2)

    verdict = equality.verdict(wrong, results, MODEL, "float32")

    assert "gradient differs first in hidden.weight" in verdict.reason
    assert verdict.remark is None


def test_what_rounding_alone_does_is_allowed_ten_times_over(results):
    single, off = one_that_is_off(results, "after 10", by=1e-3)
    noise = {"after 10": 1e-3}

    strict = equality.verdict(off, single, MODEL, "float32")
    aware = equality.verdict(off, single, MODEL, "float32", noise=noise)

    assert "training differs after 10 steps" in strict.reason
    assert aware.reason is None


def test_of_a_long_training_parameters_are_asked_in_float64_alone(results):
    single, off = one_that_is_off(results, "after 100", by=1e-3)

    singly = equality.verdict(off, single, MODEL, "float32")
    exactly = equality.verdict(off, single, MODEL, "float64")

    assert (singly.reason, singly.trajectory_error) == (None, 0.0)
    assert "training differs after 100 steps" in exactly.reason


def one_that_is_off(results, moment, *, by):
    """Results with a snapshot, and others whose snapshot is off."""
    path = {f"{moment}/{n}": results[f"trained/{n}"] for n in MODEL.shapes}
    single = {**results, **path}
    return single, changed(single, f"{moment}/hidden.weight", by=by)


def test_of_trainings_one_rounding_apart_the_nearest_counts(results):
    results |= named("after 10", under("trained", results))
    single = {name: a.astype(np.float32) for name, a in results.items()}
    apart = {n: a + np.float32(0.01) for n, a in under("after 10", single).items()}
    same = under("after 10", single)

    def reason(*runs):
        names = ("after 10", "after 10, run 0", "after 10, run 1")
        made = [named(name, run) for name, run in zip(names, runs, strict=True)]
        return equality.verdict(
            single | made[0] | made[1] | made[2], results, MODEL, "float32"
        ).reason

    assert reason(apart, same, same) is None
    assert reason(apart, apart, same) is None
    assert "training differs after 10 steps" in reason(apart, apart, apart)


def test_first_losses_may_be_as_far_off_as_one_rounding_makes_others(results):
    off = {**results, "losses/loss": results["losses/loss"] * (1 + 1e-3)}
    noise = {"first losses": 2e-4}

    alone = equality.verdict(off, results, MODEL, "float32")
    excused = equality.verdict(off, results, MODEL, "float32", noise=noise)

    assert "training differs in the first losses" in alone.reason
    assert excused.reason is None
