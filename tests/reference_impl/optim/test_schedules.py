import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.optim import schedules

# A few roundings of float64.
ROUNDING = 1e-14

SCHEDULES = {
    "constant": schedules.constant(0.5),
    "stepped": schedules.stepped(0.5, every=3),
    "multi_step": schedules.multi_step(0.5, milestones=[5, 2]),
    "exponential": schedules.exponential(0.5, gamma=0.9),
    "inverse_time": schedules.inverse_time(0.5, decay=0.1),
    "polynomial": schedules.polynomial(0.5, steps=8, power=2.0, end=0.1),
    "cosine": schedules.cosine(0.5, steps=8, end=0.1),
    "warmup": schedules.warmup(schedules.cosine(0.5, steps=8), steps=4),
    "one_cycle": schedules.one_cycle(0.5, steps=20),
}
CLOSED_FORMS = {
    "constant": lambda t: 0.5,
    "stepped": lambda t: 0.5 * 0.1 ** (t // 3),
    "multi_step": lambda t: 0.5 * 0.1 ** ((t >= 2) + (t >= 5)),
    "exponential": lambda t: 0.5 * 0.9**t,
    "inverse_time": lambda t: 0.5 / (1 + 0.1 * t),
    "polynomial": lambda t: 0.1 + 0.4 * (1 - min(t, 8) / 8) ** 2,
    "cosine": lambda t: 0.1 + 0.4 * math.cos(math.pi * min(t, 8) / 16) ** 2,
    "warmup": lambda t: (
        0.5 * (1 / 3 + 2 / 3 * t / 4)
        if t < 4
        else 0.5 * math.cos(math.pi * min(t - 4, 8) / 16) ** 2
    ),
    "one_cycle": lambda t: (
        0.5 - 0.48 * math.cos(math.pi * t / 5 / 2) ** 2
        if t <= 5
        else 2e-6 + (0.5 - 2e-6) * math.cos(math.pi * (min(t, 19) - 5) / 28) ** 2
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_follows_its_closed_form(name):
    ours = [SCHEDULES[name](t).item() for t in range(25)]

    wanted = [CLOSED_FORMS[name](t) for t in range(25)]
    np.testing.assert_allclose(ours, wanted, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_count_without_a_value_gives_the_same_float64_number(name):
    schedule = SCHEDULES[name]
    compiled = ri.compile(schedule)

    for t in (0, 3, 4, 30):
        lr = compiled(ri.tensor(t))
        assert (lr.shape, lr.dtype) == ((), ri.float64)
        assert lr.item() == schedule(t).item()


def test_a_step_size_that_is_cut_never_rises():
    for name in ("stepped", "multi_step", "exponential", "polynomial", "cosine"):
        rates = [SCHEDULES[name](t).item() for t in range(25)]
        assert rates == sorted(rates, reverse=True), name


def test_what_follows_a_warm_up_begins_where_it_ends():
    inner = []

    def then(step):
        inner.append(step)
        return schedules.constant(1.0)(step)

    lr = schedules.warmup(then, steps=4, start_factor=0.0)

    assert [lr(t).item() for t in range(6)] == [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    assert inner[-1].item() == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.constant(-1), "constant: lr must be finite and at least 0"),
        (lambda: schedules.stepped(1, every=0), "stepped: every must be at least 1, 0"),
        (lambda: schedules.multi_step(1, milestones=[], gamma=-1), "multi_step: gamma"),
        (lambda: schedules.exponential(1, gamma=math.nan), "exponential: gamma must"),
        (lambda: schedules.inverse_time(1, decay=-0.5), "inverse_time: decay must"),
        (
            lambda: schedules.polynomial(1, steps=0),
            "polynomial: steps must be at least",
        ),
        (lambda: schedules.cosine(1, steps=3, end=-1), "cosine: end must be finite"),
        (lambda: schedules.warmup(lambda t: t, steps=0), "warmup: steps must be at"),
        (lambda: schedules.one_cycle(1, steps=3), "one_cycle: rising must lie"),
        (lambda: schedules.one_cycle(1, steps=9, rising=1), "one_cycle: rising must"),
        (
            lambda: schedules.one_cycle(1, steps=9, rising=1 / 9),
            r"rising must lie between 1 / 9 and 1, both excluded; 0\.1",
        ),
        (
            lambda: schedules.one_cycle(1, steps=9, final_div_factor=0),
            "one_cycle: final_div_factor must be finite and above 0, 0 came",
        ),
        (
            lambda: schedules.warmup(lambda t: t, steps=1, start_factor=-1),
            "warmup: start_factor must be finite and at least 0",
        ),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    with pytest.raises(ri.RangeError, match=message):
        make()


def test_a_number_of_steps_is_an_integer():
    with pytest.raises(ri.DtypeError, match=r"cosine: steps must be an integer, 2\.5"):
        schedules.cosine(1, steps=2.5)


def test_a_schedule_follows_a_warm_up():
    with pytest.raises(
        ri.DtypeError, match=r"^warmup: a schedule, .* is needed; 0\.1 came"
    ):
        schedules.warmup(0.1, steps=3)


def test_milestones_are_integers():
    with pytest.raises(
        ri.DtypeError, match=r"^multi_step: milestones must be integers"
    ):
        schedules.multi_step(1, milestones=[2.5])


def test_numpys_integers_and_tensors_of_one_count_steps():
    for steps in (np.int64(4), ri.tensor(4)):
        assert schedules.cosine(1.0, steps=steps)(2).item() == pytest.approx(0.5)
