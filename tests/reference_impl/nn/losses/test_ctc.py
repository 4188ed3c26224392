import itertools
import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

RNG = np.random.default_rng(0)
N, T, C = 3, 4, 3

# A sum of a few hundred probabilities in another order.
TOLERANCE = 1e-13


def log_softmax(x):
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


LOG_PROBABILITIES = log_softmax(RNG.normal(size=(N, T, C)))


def spelled(alignment, blank):
    merged = [label for label, _ in itertools.groupby(alignment)]
    return [label for label in merged if label != blank]


def by_enumeration(log_probabilities, target, blank=0):
    """Minus the logarithm of the sum over all alignments that spell the target."""
    T, C = log_probabilities.shape
    total = sum(
        math.exp(sum(log_probabilities[t, label] for t, label in enumerate(alignment)))
        for alignment in itertools.product(range(C), repeat=T)
        if spelled(alignment, blank) == list(target)
    )
    return -math.log(total) if total else math.inf


def ctc(x, targets, lengths=(T,) * N, sizes=None, **options):
    sizes = [len(target) for target in targets] if sizes is None else sizes
    width = max(map(len, targets))
    padded = [[*target, *[-1] * (width - len(target))] for target in targets]
    padded = ri.tensor(np.array(padded, np.int64).reshape(len(targets), width))
    lengths, sizes = ri.tensor(list(lengths)), ri.tensor(sizes)
    return nn.ctc(ri.tensor(x), padded, lengths, sizes, **options)


TARGETS = [
    [[1], [1, 2], [2, 1, 2]],
    [[1, 1], [2, 2], [1]],  # a blank is needed between equal labels
    [[], [1], [2, 2]],
    [[], [], []],
]


@pytest.mark.parametrize("targets", TARGETS, ids=str)
def test_it_adds_up_every_alignment(targets):
    came = ctc(LOG_PROBABILITIES, targets, reduction="none")

    needed = list(map(by_enumeration, LOG_PROBABILITIES, targets))
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE)


def test_any_class_can_be_the_blank():
    came = ctc(LOG_PROBABILITIES, [[0], [1, 0], [0, 0]], blank=2, reduction="none")

    needed = [
        by_enumeration(x, target, blank=2)
        for x, target in zip(LOG_PROBABILITIES, [[0], [1, 0], [0, 0]], strict=True)
    ]
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE)


def test_steps_after_the_end_of_an_input_do_not_count():
    came = ctc(LOG_PROBABILITIES, [[1], [1, 2], []], (1, 3, 0), reduction="none")

    needed = [
        by_enumeration(LOG_PROBABILITIES[0, :1], [1]),
        by_enumeration(LOG_PROBABILITIES[1, :3], [1, 2]),
        0,  # nothing is certain to spell nothing
    ]
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE)


def test_the_gradient_is_minus_the_probability_of_each_class_at_each_step():
    gradient = ri.grad(lambda x: ctc(x, [[1]] * N, reduction="sum"))(
        ri.tensor(LOG_PROBABILITIES)
    )

    # Some class stands at every step of every alignment.
    np.testing.assert_allclose(gradient.numpy().sum(-1), -1, rtol=TOLERANCE)
    by_differences = finite_difference(lambda x: by_enumeration(x, [1]))
    np.testing.assert_allclose(gradient[0], by_differences, atol=1e-8)


def finite_difference(function, step=1e-6):
    x = LOG_PROBABILITIES[0]
    out = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[index] = step
        out[index] = (function(x + moved) - function(x - moved)) / (2 * step)
    return out


def test_a_target_that_does_not_fit_costs_infinity_and_moves_nothing():
    targets = [[1, 1, 1], [1], [2]]  # needs two blanks between: five steps

    def total(x, **options):
        return ctc(x, targets, reduction="sum", **options)

    value, gradient = ri.value_and_grad(total)(ri.tensor(LOG_PROBABILITIES))
    other = ctc(LOG_PROBABILITIES, targets, reduction="none", zero_infinity=True)

    assert value.item() == math.inf
    assert other[0].item() == 0
    assert np.isfinite(other.numpy()).all()
    assert not gradient[0].numpy().any()
    assert np.isfinite(gradient.numpy()).all()


def test_impossible_classes_leave_gradients_finite():
    x = LOG_PROBABILITIES.copy()
    x[:, 1, 2] = -np.inf

    gradient = ri.grad(lambda x: ctc(x, [[2], [1, 2], [2]]))(ri.tensor(x))

    assert np.isfinite(gradient.numpy()).all()


def test_a_mean_is_of_losses_for_each_label():
    losses = ctc(LOG_PROBABILITIES, TARGETS[0], reduction="none").numpy()
    empty = ctc(LOG_PROBABILITIES, [[]] * N, reduction="none").numpy()

    np.testing.assert_allclose(
        ctc(LOG_PROBABILITIES, TARGETS[0]), np.mean(losses / [1, 2, 3]), rtol=TOLERANCE
    )
    np.testing.assert_allclose(
        ctc(LOG_PROBABILITIES, [[]] * N), empty.mean(), rtol=TOLERANCE
    )


def test_compiled_it_is_the_same_with_lengths_that_are_not_known():
    arguments = (
        ri.tensor(LOG_PROBABILITIES),
        ri.tensor([[1, 2], [2, 2], [1, 0]]),
        ri.tensor([4, 4, 2]),
        ri.tensor([2, 2, 1]),
    )
    step = ri.value_and_grad(nn.ctc)

    for came, needed in zip(
        ri.compile(step)(*arguments), step(*arguments), strict=True
    ):
        np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("wrong", [-1, 3])
@pytest.mark.parametrize("which", [1, 3], ids=["targets", "target_lengths"])
def test_what_is_not_known_and_out_of_range_is_refused_when_it_is_read(which, wrong):
    arguments = [
        ri.tensor(LOG_PROBABILITIES),
        ri.tensor([[1, 2], [2, 2], [1, 0]]),
        ri.tensor([4, 4, 2]),
        ri.tensor([2, 2, 1]),
    ]
    loss = ri.compile(nn.ctc)
    loss(*arguments)

    arguments[which] = ri.full_like(arguments[which], wrong)

    with pytest.raises(ri.IndexRangeError, match="out of range"):
        loss(*arguments)


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_integers_that_cannot_hold_the_number_of_states_are_no_shorter_targets(dtype):
    T, S = 300, 100 if dtype == "int8" else 140
    x = log_softmax(RNG.normal(size=(1, T, 3)))
    targets = np.arange(S)[None] % 2 + 1
    needed = ctc(x, targets.tolist(), (T,), [S])

    came = nn.ctc(
        ri.tensor(x),
        ri.tensor(targets, dtype=dtype),
        ri.tensor([T]),
        ri.tensor([S], dtype=dtype),
    )

    assert came.item() == needed.item()


def test_a_long_sequence_whose_probability_is_no_number_has_a_loss():
    T = 700
    x = np.full((1, T, 3), -math.log(3))  # every alignment has the probability 3**-T

    value = ctc(x, [[1, 2]], (T,), reduction="sum").item()

    assert 3.0**-T == 0
    # Two labels have four ends, so there are up to T**4 alignments.
    assert 0 < T * math.log(3) - value < 4 * math.log(T)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"blank": 3}, ri.RangeError, r"ctc: blank must lie in \[0, 3\), 3 came"),
        (
            {"targets": [[1, 2], [1, 3]]},
            ri.RangeError,
            r"ctc: targets must lie in \[0, 2\], 3 came at \(1, 1\)",
        ),
        (
            {"targets": [[1, 2], [-1, 1]]},
            ri.RangeError,
            r"ctc: targets must lie in \[0, 2\], -1 came at \(1, 0\)",
        ),
        (
            {"input_lengths": [4, 5]},
            ri.RangeError,
            r"ctc: input_lengths must lie in \[0, 4\], 5 came at \(1,\)",
        ),
        (
            {"target_lengths": [-1, 2]},
            ri.RangeError,
            r"ctc: target_lengths must lie in \[0, 2\], -1 came at \(0,\)",
        ),
        (
            {"target_lengths": [2]},
            ri.ShapeError,
            r"ctc: log_prob.* \(2,\), \(1,\) came",
        ),
        ({"targets": [1, 2]}, ri.ShapeError, r"ctc: .* \(2, 4, 3\), \(2,\)"),
        ({"input_lengths": [4.0, 4.0]}, ri.DtypeError, "ctc: input_lengths: integer"),
    ],
)
def test_what_does_not_fit_is_refused(changed, error, message):
    arguments = {
        "targets": [[1, 2], [2, 1]],
        "input_lengths": [4, 4],
        "target_lengths": [2, 2],
        "blank": 0,
    } | changed
    blank = arguments.pop("blank")
    given = {name: ri.tensor(values) for name, values in arguments.items()}

    with pytest.raises(error, match=message):
        nn.ctc(ri.tensor(LOG_PROBABILITIES[:2]), **given, blank=blank)
