"""Frameworks that are asked for results, and impostors that give none or others."""

import re

import numpy as np
import pytest
from short_comparisons import TRIO, installed, rows

from workbench.comparison import compare
from workbench.experiment import experiment
from workbench.request import Request


def test_a_mistake_in_an_adapter_is_a_failure_and_not_a_missing_framework(impostor):
    impostor(
        "jax",
        "import sys; sys.modules['adapters.jax.optim'] = None\n"
        "from workbench.worker import main; main(*sys.argv[3:])",
    )

    found = rows(("reference", "jax"))

    assert found["jax"]["status"] == "failed"
    assert "adapters.jax.optim" in found["jax"]["reason"]


def test_a_framework_that_is_not_installed_is_missing_and_says_how_to_get_it(impostor):
    impostor(
        "jax",
        "import sys; sys.modules['jax'] = None\n"
        "from workbench.worker import main; main(*sys.argv[3:])",
    )

    found = rows(("reference", "jax"))

    assert found["jax"]["status"] == "missing"
    assert "make setup FRAMEWORKS=jax" in found["jax"]["reason"]


def test_not_a_number_fails_with_its_place(planted):
    planted(
        "reference",
        "train.py",
        "arrays |= io.named(grads)",
        'arrays |= {n: a * float("nan") for n, a in io.named(grads).items()}',
    )

    row = rows(("reference",))["reference"]

    assert row["status"] == "failed"
    assert "NaN in gradient of hidden.weight" in row["reason"]


@pytest.mark.frameworks
def test_what_diverges_because_its_gradient_is_wrong_is_located(planted):
    planted(
        "pytorch",
        "autodiff.py",
        "torch.autograd.grad(value, params)",
        "tuple(1e30 * g for g in torch.autograd.grad(value, params))",
    )

    with np.errstate(all="ignore"):
        found = installed(rows(TRIO))

    assert [found[name]["status"] for name in TRIO] == ["equal", "different", "equal"]
    assert "gradient differs first in output.weight" in found["pytorch"]["reason"]
    assert re.search("(NaN|infinity) in after 10", found["pytorch"]["reason"])


def test_what_crashes_fails_and_the_others_go_on(impostor):
    impostor("jax", "import sys; sys.exit('no')")

    found = rows(("reference", "jax"))

    assert found["jax"]["status"] == "failed"
    assert found["reference"]["status"] == "alone"


def test_what_is_too_slow_is_compared_as_far_as_it_went():
    request = Request(("reference",), ("all",), measure=False, patience_seconds=0)

    for row in compare(experiment("mlp", steps=110), request)["rows"]:
        assert (row["status"], row["beyond"]) == ("alone", [])
        assert row["steps"] == len(row["losses"]["loss"]) == 10
        assert row["metric"] is None


@pytest.mark.frameworks
def test_a_mode_in_which_a_model_cannot_run_says_why(planted):
    planted(
        "pytorch",
        "train.py",
        "self.zoo = MODELS[model]",
        'from ..contract import Unsupported; raise Unsupported("pytorch", model, "no")',
    )

    row = installed(rows(("reference", "pytorch")))["pytorch"]

    assert (row["status"], row["reason"]) == ("unsupported", "pytorch: mlp: no")


# In one mode, parameters after 10 steps in float32 are others, by as much as a switched
# relu may do; in one training or all.
SWITCHED = """
    import sys
    import numpy as np
    from workbench import jobs, worker
    check = jobs.Jobs.check
    def switched(self, *, output, **options):
        {before}
        answer = check(self, output=output, **options)
        with np.load(output) as file:
            arrays = dict(file)
        for name, array in arrays.items():
            is_single = array.dtype == np.float32 and options["mode"] == "eager"
            if is_single and name.startswith("{start}"):
                arrays[name] = array + np.float32(1e-3)
        np.savez(output, **arrays)
        return answer
    jobs.Jobs.check = switched
    worker.main(*sys.argv[3:])
"""


@pytest.fixture
def switched(impostor):
    """A function that compares a reference of which one mode differs."""

    def compared(start, *, before="pass", progress=lambda *told: None):
        program = SWITCHED.replace("{start}", start).replace("{before}", before)
        impostor("reference", program)
        request = Request(("reference", "pytorch"), ("default", "eager"), measure=False)
        document = compare(
            experiment("linear_regression", steps=10), request, progress=progress
        )
        return installed({(r["framework"], r["mode"]): r for r in document["rows"]})

    return compared


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("start", "status"), [("after 10/", "equal"), ("after 10", "different")]
)
def test_a_mode_that_differs_once_is_trained_again(switched, start, status):
    told = []

    found = switched(start, progress=lambda *count: told.append(count))

    assert found["reference", "compiled"]["status"] == "equal"
    assert found["reference", "eager"]["status"] == status
    assert found["reference", "eager"]["noise_floor"] is not None
    # Two dtypes of three rows, one of them once more, and the judgement.
    assert [done for _, done, _ in told] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert told[-1] == ("judged", 8, 8)


@pytest.mark.frameworks
def test_a_mode_that_cannot_be_trained_again_says_so_beside_what_differs(switched):
    before = "if options['mode'] == 'eager' and options['noise_runs']: sys.exit('no')"

    found = switched("after 10/", before=before)

    assert found["reference", "eager"]["status"] == "different"
    assert "float32: training differs" in found["reference", "eager"]["reason"]
    assert re.search(
        r"what roundings do to it is not known: .*\nno$",
        found["reference", "eager"]["reason"],
    )
