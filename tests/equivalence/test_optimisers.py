"""Optimisers, schedules and clipping against PyTorch, a hundred updates long.

PyTorch tests its optimisers on a grid of settings. Each of these that exists here
trains a small problem here and there from equal parameters in float64; parameters and
state must agree after every hundredth update.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest
from trajectories import rosenbrock

import reference_impl as ri
from reference_impl import optim
from reference_impl.optim import schedules

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
database = pytest.importorskip(
    "torch.testing._internal.common_optimizers",
    reason="PyTorch's grid of settings needs the package expecttest",
)

pytestmark = [pytest.mark.frameworks]

# Of the largest element (DESIGN, tier 1).
TOLERANCE = 1e-12

UPDATES = 100

# What the grid has and this framework has not.
WITHOUT = {
    "Adafactor": "no such optimiser here",
    "Adamax": "no such optimiser here",
    "ASGD": "no such optimiser here",
    "Muon": "no such optimiser here",
    "RAdam": "no such optimiser here",
    "Rprop": "no such optimiser here",
    "SparseAdam": "there are no sparse tensors here",
}

# What PyTorch calls the settings, and what they are called here.
NAMES = {
    "alpha": "rho",
    "centered": "centred",
    "decoupled_weight_decay": "decoupled",
    "initial_accumulator_value": "initial",
}

# What PyTorch calls what it keeps for a parameter, and what it is called here.
STATES = {
    "SGD": {"momentum_buffer": "velocity"},
    "Adagrad": {"sum": "s"},
    "Adadelta": {"square_avg": "v", "acc_delta": "u"},
    "RMSprop": {
        "square_avg": "v",
        "grad_avg": "m",
        "momentum_buffer": "velocity",
    },
    "Adam": {"exp_avg": "m", "exp_avg_sq": "v", "max_exp_avg_sq": "largest"},
    "AdamW": {"exp_avg": "m", "exp_avg_sq": "v", "max_exp_avg_sq": "largest"},
    "NAdam": {"exp_avg": "m", "exp_avg_sq": "v", "mu_product": "product"},
}


@pytest.fixture(autouse=True)
def _scalars_in_float64():
    """PyTorch keeps scalar states, such as NAdam's product, in the default dtype."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def problem():
    """Parameters of several shapes, and a batch for every update."""
    rng = np.random.default_rng(0)
    params = {
        "weight": rng.normal(size=(4, 3)),
        "bias": rng.normal(size=3),
        "scale": rng.normal(size=()),
        "last": rng.normal(size=(3, 1, 2)),
    }
    batches = rng.normal(size=(UPDATES, 5, 4)), rng.normal(size=(UPDATES, 5, 1, 2))
    return params, list(zip(*batches, strict=True))


def loss(params, x, y, *, xp):
    """Smooth and bounded on both sides, and never at rest.

    Where the gradient vanishes, RMSProp divides noise by noise, and rounding grows by a
    factor in every update, in one framework as in the other.
    """
    hidden = xp.tanh(x @ params["weight"] + params["bias"]) * params["scale"]
    out = (hidden[:, :, None, None] * params["last"]).sum(axis=1)
    return xp.sin(out - y).mean()


def here(optimiser):
    """Parameters and state after all updates with this framework."""
    start, batches = problem()
    params = ri.tree.map(ri.tensor, start)
    state = optimiser.init(params)

    @ri.compile
    def step(params, state, x, y):
        grads = ri.grad(lambda params: loss(params, x, y, xp=ri))(params)
        return optimiser.update(grads, state, params)

    for x, y in batches:
        params, state = step(params, state, x, y)
    return params, state


def there(make):
    """The same with PyTorch, and what is kept for every parameter."""
    start, batches = problem()
    params = {name: torch.tensor(p, requires_grad=True) for name, p in start.items()}
    optimiser = make(list(params.values()))
    for x, y in batches:
        optimiser.zero_grad()
        loss(params, torch.tensor(x), torch.tensor(y), xp=torch).backward()
        optimiser.step()
    return params, {name: optimiser.state[p] for name, p in params.items()}


def check(ours, theirs, place=""):
    theirs = np.asarray(theirs)
    scale = np.max(np.abs(theirs), initial=np.finfo(float).tiny)
    worst = np.max(np.abs(ours.numpy() - theirs)) / scale
    assert ours.shape == theirs.shape, place
    assert worst <= TOLERANCE, f"{place}: {worst:.1e}"


def grid():
    """Every optimiser and setting of PyTorch's grid that can be had here."""
    for entry in database.optim_db:
        if entry.name in WITHOUT or entry.name == "LBFGS":
            continue
        for setting in entry.optim_inputs_func("cpu"):
            text = ",".join(f"{name}={x}" for name, x in setting.kwargs.items())
            yield pytest.param(entry.name, setting.kwargs, id=f"{entry.name}({text})")


def translated(name, settings):
    """The optimiser here for one there."""
    options = {NAMES.get(key, key): x for key, x in settings.items()}
    options = {
        key: ri.tensor(x.double().numpy()) if isinstance(x, torch.Tensor) else x
        for key, x in options.items()
    }
    maximise = options.pop("maximize", False)
    lr_decay = options.pop("lr_decay", None)
    if lr_decay is not None:
        options["lr"] = schedules.inverse_time(options["lr"], decay=lr_decay)
    optimiser = getattr(optim, name.lower())(**options)
    if maximise:
        return optim.transformed(optimiser, functools.partial(ri.tree.map, ri.negative))
    return optimiser


@pytest.mark.parametrize(("name", "settings"), [*grid()])
def test_a_setting_of_pytorchs_grid_leads_to_the_same_parameters_and_state(
    name, settings
):
    params, state = here(translated(name, settings))
    theirs, kept = there(
        lambda params: getattr(torch.optim, name)(params, foreach=False, **settings)
    )

    for place, p in theirs.items():
        check(params[place], p.detach(), place)
    assert state["step"].item() == UPDATES
    for place, slots in kept.items():
        slots = {key: x for key, x in slots.items() if key != "step" and x is not None}
        assert {STATES[name][key] for key in slots} == state.keys() - {"step"}
        for key, x in slots.items():
            check(state[STATES[name][key]][place], x, f"{key} of {place}")


def test_the_rest_of_the_grid_is_left_out_for_a_reason():
    names = {entry.name for entry in database.optim_db}

    assert names == {*STATES, *WITHOUT, "LBFGS"}


# Of the parameters. L-BFGS divides by differences of gradients: an error grows in every
# step of its path, though not at its end.
PATH = 1e-8


@pytest.mark.parametrize("steps", [1, 2, 5, 10, 20])
@pytest.mark.parametrize(
    "setting",
    [
        *(each.kwargs for each in database.optim_inputs_func_lbfgs("cpu")),
        {"line_search_fn": "strong_wolfe", "history_size": 3},
        {"line_search_fn": "strong_wolfe", "lr": 0.1},
    ],
    ids=str,
)
def test_lbfgs_takes_the_path_of_pytorch(setting, steps):
    start = np.array([-1.2, 1.0, 0.5])
    theirs = torch.tensor(start, requires_grad=True)
    options = {"max_iter": steps, "max_eval": 10**6, **setting}
    optimiser = torch.optim.LBFGS([theirs], **options)

    def closure():
        optimiser.zero_grad()
        loss = rosenbrock(theirs)
        loss.backward()
        return loss

    optimiser.step(closure)
    ours, record = optim.lbfgs.minimise(
        rosenbrock,
        ri.tensor(start),
        lr=float(setting.get("lr", 1.0)),
        steps=steps,
        history=setting.get("history_size", 100),
        tolerance_grad=setting.get("tolerance_grad", 1e-7),
        line_search="line_search_fn" in setting,
    )

    state = optimiser.state[theirs]
    assert record.steps == state["n_iter"]
    if "line_search_fn" in setting:
        assert record.evaluations == state["func_evals"]
    np.testing.assert_allclose(ours.numpy(), theirs.detach(), rtol=0, atol=PATH)


SCHEDULES = {
    "StepLR": (schedules.stepped(0.5, every=3), {"step_size": 3}),
    "MultiStepLR": (
        schedules.multi_step(0.5, milestones=[2, 7]),
        {"milestones": [2, 7]},
    ),
    "ExponentialLR": (schedules.exponential(0.5, gamma=0.9), {"gamma": 0.9}),
    "PolynomialLR": (
        schedules.polynomial(0.5, steps=20, power=2.0),
        {"total_iters": 20, "power": 2.0},
    ),
    "CosineAnnealingLR": (
        schedules.cosine(0.5, steps=30, end=0.1),
        {"T_max": 30, "eta_min": 0.1},
    ),
    "LinearLR": (
        schedules.warmup(schedules.constant(0.5), steps=6),
        {"total_iters": 6},
    ),
    "OneCycleLR": (
        schedules.one_cycle(0.5, steps=30),
        {"max_lr": 0.5, "total_steps": 30},
    ),
}


def rates(make, updates=30):
    """The step size that PyTorch uses for each update."""
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    scheduler, found = make(optimiser), []
    for _ in range(updates):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        if len(found) < updates:
            scheduler.step()
    return found


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_pytorchs_step_by_step(name):
    ours, settings = SCHEDULES[name]

    theirs = rates(
        lambda each: getattr(torch.optim.lr_scheduler, name)(each, **settings)
    )

    found = [ours(t).item() for t in range(30)]
    np.testing.assert_allclose(found, theirs, rtol=TOLERANCE)


def test_a_warm_up_before_a_cosine_is_pytorchs_sequence():
    def make(optimiser):
        parts = torch.optim.lr_scheduler
        return parts.SequentialLR(
            optimiser,
            [
                parts.LinearLR(optimiser, start_factor=0.1, total_iters=5),
                parts.CosineAnnealingLR(optimiser, T_max=25),
            ],
            milestones=[5],
        )

    ours = schedules.warmup(schedules.cosine(0.5, steps=25), steps=5, start_factor=0.1)

    found = [ours(t).item() for t in range(30)]
    np.testing.assert_allclose(found, rates(make), rtol=TOLERANCE)


@pytest.mark.parametrize("limit", [0.1, 1e3])
def test_clipping_is_pytorchs_with_its_eps(limit):
    start, _ = problem()
    params = [torch.zeros(p.shape, requires_grad=True) for p in start.values()]
    for p, g in zip(params, start.values(), strict=True):
        p.grad = torch.tensor(g)
    grads = ri.tree.map(ri.tensor, start)

    total = torch.nn.utils.clip_grad_norm_(params, limit)

    check(optim.global_norm(grads), total)
    ours = optim.clip_by_global_norm(grads, limit, eps=1e-6)
    for g, p in zip(ours.values(), params, strict=True):
        check(g, p.grad)

    torch.nn.utils.clip_grad_value_(params, limit / 10)
    for g, p in zip(
        optim.clip_by_value(ours, limit / 10).values(), params, strict=True
    ):
        check(g, p.grad)


def test_an_average_is_pytorchs_after_its_first_place():
    rng = np.random.default_rng(0)
    places = rng.normal(size=(10, 3))
    model = torch.nn.ParameterList([torch.tensor(places[0])])
    theirs = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)
    )
    average = optim.exponential_average(0.9)
    state = average.init(ri.tensor(places[0]))

    for i, place in enumerate(places):
        with torch.no_grad():
            model[0].copy_(torch.tensor(place))
        theirs.update_parameters(model)
        if i:  # PyTorch's first update copies what `init` begins with here
            state = average.update(ri.tensor(place), state)

    check(state["average"], theirs.module[0].detach())
