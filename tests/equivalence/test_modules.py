"""PyTorch's own samples of its modules: values, gradients and statistics in float64.

PyTorch tests its modules with constructors and inputs chosen by its authors. Each is
computed here and there, in training and in evaluation. The table that says how a module
is spelled here stands in `modules.py`, how two are compared in `agreement.py`.
"""

from __future__ import annotations

import functools
from collections import Counter
from typing import Any

import pytest
from equivalence.modules import LEFT_OUT, TRANSLATIONS
from equivalence.opinfo import Unsupported

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
database = pytest.importorskip(
    "torch.testing._internal.common_modules",
    reason="PyTorch's sample database needs the package expecttest",
)
agreement = pytest.importorskip("equivalence.agreement")

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.xdist_group("modules"),
    pytest.mark.filterwarnings("ignore:enable_nested_tensor"),  # as PyTorch builds them
]

# What this file promises to compare.
LEAST_NAMES, LEAST_SAMPLES = 69, 1200

ENTRIES = {entry.name: entry for entry in database.module_db}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Samples are so small that PyTorch's threads mostly wait: 18 s instead of 49 s."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def samples(name: str, training: bool) -> list[Any]:
    """The constructors' and the calls' arguments that PyTorch tests a module with."""
    torch.manual_seed(0)
    entry = ENTRIES[name]
    return entry.module_inputs_func(
        entry, device="cpu", dtype=torch.float64, requires_grad=True, training=training
    )


def compare(name: str, sample: Any, training: bool) -> None:
    """Build a sample's module in its mode, and compare it with its translation."""
    made = sample.constructor_input
    module = ENTRIES[name].module_cls(*made.args, **made.kwargs)
    module.to(torch.float64).train(training)
    given = sample.forward_input
    agreement.assert_agreement(module, TRANSLATIONS[name], *given.args, **given.kwargs)


@functools.cache
def compared(name: str) -> tuple[int, Counter[str]]:
    """How many samples of a name agree, and how many were left out, by reason."""
    count, refused = 0, Counter[str]()
    for training in (True, False):
        for sample in samples(name, training):
            try:
                compare(name, sample, training)
            except Unsupported as reason:
                refused[str(reason)] += 1
            else:
                count += 1
    return count, refused


@pytest.mark.parametrize("name", TRANSLATIONS)
def test_values_gradients_and_statistics_are_those_of_pytorch(name):
    count, refused = compared(name)

    assert count, f"{name}: no sample was compared; left out: {dict(refused)}"


def test_as_many_names_and_samples_as_promised():
    counts = [compared(name)[0] for name in TRANSLATIONS]

    assert len(counts) >= LEAST_NAMES
    assert sum(counts) >= LEAST_SAMPLES


def test_every_name_has_a_row_or_a_reason_why_not():
    left_out = [f"nn.{name}" for names in LEFT_OUT.values() for name in names.split()]

    assert sorted([*TRANSLATIONS, *left_out]) == sorted(ENTRIES)
