import numpy as np
import pytest
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl import data, nn, optim, train
from reference_impl.train.state import stepper


class Log(train.Callback):
    """Writes down what it is told."""

    def __init__(self, ends_at=10**9):
        self.said, self.step, self.ends_at = [], 0, ends_at

    def reset(self, state):
        self.said.append(("reset", state.step.item()))

    def begin(self, moment):
        self.said.append(("begin", moment.step, moment.steps))

    def after_step(self, moment):
        self.step = moment.step
        self.said.append(("step", moment.step, moment.loss))

    def after_evaluation(self, moment):
        self.said.append(("evaluation", moment.step, moment.epoch, moment.scores))

    def wants_end(self):
        return self.step >= self.ends_at

    def close(self):
        self.said.append(("close",))

    def of(self, kind):
        return [each[1:] for each in self.said if each[0] == kind]


def linear_fit(x, y, *, batch_size=2, **options):
    arrays = np.asarray(x, np.float32), np.asarray(y)
    model = nn.Linear.init(ri.random.key(0), arrays[0].shape[-1], 3)
    loader = data.Loader(arrays, batch_size=batch_size)
    return train.fit(model, nn.cross_entropy, optim.sgd(lr=0.1), loader, **options)


def test_fit_is_the_steps_one_after_the_other(run, bits):
    optimiser = optim.sgd(lr=0.1, momentum=0.9)
    state = train.State.init(run.model(), optimiser, ri.random.key(2))
    step = stepper(nn.cross_entropy, optimiser)
    for epoch in range(2):
        for x, y in run.loader().epoch(epoch):
            state, _ = step(state, x, y)
        state = state.next_epoch()

    assert bits(run.fit(epochs=2)) == bits(state)


def test_a_compiled_fit_ends_where_an_eager_one_does(run):
    assert_as_eager(run.fit(epochs=2, compiled=True), run.fit(epochs=2))


def test_steps_that_end_inside_of_an_epoch_can_go_on(run, bits, tmp_path):
    keeper = train.Checkpoint(tmp_path, every=1)
    half = run.fit(steps=8, callbacks=[keeper])

    assert (half.step.item(), half.epoch.item(), half.position.item()) == (8, 1, 2)
    assert bits(run.fit(steps=13, resume=tmp_path)) == bits(run.fit(steps=13))


def test_training_to_where_it_is_changes_nothing(run, bits):
    start = train.State.init(
        run.model(), optim.sgd(lr=0.1, momentum=0.9), ri.random.key(2)
    )

    assert bits(run.fit(epochs=0)) == bits(start)
    assert bits(run.fit(steps=0)) == bits(start)


def test_callbacks_are_told_in_order(run):
    log = Log()
    run.fit(epochs=2, callbacks=[log])

    kinds = [each[0] for each in log.said]
    epoch = ["step"] * len(run.loader()) + ["evaluation"]
    assert kinds == ["reset", "begin", *epoch, *epoch, "close"]
    assert log.of("begin") == [(0, 12)]
    assert [each[:2] for each in log.of("evaluation")] == [(6, 1), (12, 2)]


def test_the_loss_of_an_evaluation_is_the_mean_over_examples_since_the_last(run):
    log = Log()
    run.fit(epochs=2, callbacks=[log])
    losses = [loss for _, loss in log.of("step")]
    sizes = [len(x) for x, _ in run.loader().epoch(0)]

    for epoch, (_, _, scores) in enumerate(log.of("evaluation")):
        part = losses[epoch * len(sizes) : (epoch + 1) * len(sizes)]
        assert scores["train_loss"] == pytest.approx(np.average(part, weights=sizes))


def test_a_loss_of_other_data_is_a_score_beside_that_of_training(run):
    log = Log()
    run.fit(epochs=1, evaluate=lambda model: {"loss": -1.0}, callbacks=[log])

    ((_, _, scores),) = log.of("evaluation")
    assert list(scores) == ["train_loss", "loss"]
    assert scores["loss"] == -1.0 != scores["train_loss"]


def test_a_score_of_the_name_of_fits_own_is_refused(run):
    with pytest.raises(ri.RangeError, match="evaluate: the score 'train_loss' is"):
        run.fit(epochs=1, evaluate=lambda model: {"train_loss": 0.0})


def test_evaluations_can_follow_steps_instead_of_epochs(run):
    log = Log()
    run.fit(
        steps=9,
        evaluate=lambda model: {"used": model.layers["noisy"].used.item()},
        evaluate_every=4,
        callbacks=[log],
    )

    said = [(step, scores["used"]) for step, _, scores in log.of("evaluation")]
    assert said == [(4, 4), (8, 8)]


def test_a_callback_ends_training(run):
    log = Log(ends_at=4)

    assert run.fit(epochs=9, callbacks=[log]).step.item() == 4


def test_callbacks_are_closed_after_an_error(run):
    class Breaks(train.Callback):
        def after_step(self, moment):
            raise ZeroDivisionError

    log = Log()
    with pytest.raises(ZeroDivisionError):
        run.fit(epochs=1, callbacks=[log, Breaks()])

    assert log.said[-1] == ("close",)


@pytest.mark.parametrize("compiled", [False, True])
def test_labels_out_of_range_are_named_by_the_loss(compiled):
    x, y = np.zeros((4, 2)), [0, 1, 2, 3]

    with pytest.raises(ri.RangeError, match=r"labels must lie in \[0, 3\), .*3"):
        linear_fit(x, y, epochs=1, compiled=compiled)


def test_a_wrong_rank_is_named_by_the_loss():
    with pytest.raises(ri.ShapeError, match=r"cross_entropy: .*labels"):
        linear_fit(np.zeros((4, 5, 2)), [0, 1, 2, 0], epochs=1)


def test_a_batch_larger_than_the_set_is_named_by_the_loader():
    with pytest.raises(ri.RangeError, match=r"Loader: batch_size .*, 8 came"):
        linear_fit(np.zeros((4, 2)), [0, 1, 2, 0], batch_size=8, epochs=1)


def test_an_empty_data_set_is_named_by_the_loader():
    with pytest.raises(ri.RangeError, match=r"Loader: arrays .*, none came"):
        linear_fit(np.zeros((0, 2)), np.zeros(0, int), epochs=1)


class Batches:
    """A loader of one's own."""

    def __init__(self, *batches):
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def epoch(self, number, *, start=0):
        return iter(self.batches[start:])


@pytest.mark.parametrize(
    ("batches", "error", "message"),
    [
        ([], ri.RangeError, "loader: a batch is needed, an epoch has none"),
        ([(1, 2, 3)], ri.ShapeError, r"batches \(x, y\) are needed, one of 3 arrays"),
        (
            [(np.zeros((0, 2)), np.zeros(0))],
            ri.ShapeError,
            r"loader: a batch has an example at least, x of shape \(0, 2\) came",
        ),
        ([(1.0, 2.0)], ri.ShapeError, r"x of shape \(\) came"),
        ([(np.zeros((3, 2)), 2.0)], ri.ShapeError, r"y of shape \(\) came"),
    ],
    ids=["none", "three", "empty", "scalar x", "scalar y"],
)
def test_a_loader_of_ones_own_that_makes_no_batches_is_named(batches, error, message):
    model = nn.Linear.init(ri.random.key(0), 2, 3)

    with pytest.raises(error, match=message):
        train.fit(
            model, nn.cross_entropy, optim.sgd(lr=1.0), Batches(*batches), epochs=1
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "just one of epochs and steps is needed, None and None came"),
        ({"epochs": 1, "steps": 1}, "just one of epochs and steps .* 1 and 1 came"),
        ({"epochs": -1}, "epochs must be at least 0, -1 came"),
        ({"steps": -1}, "steps must be at least 0, -1 came"),
        ({"steps": 1, "evaluate_every": 0}, "evaluate_every must be at least 1"),
    ],
)
def test_numbers_out_of_range_are_named(run, options, message):
    with pytest.raises(ri.RangeError, match=f"fit: {message}"):
        run.fit(**options)


@pytest.mark.parametrize("name", ["epochs", "steps", "evaluate_every"])
def test_counts_are_integers(run, name):
    options = {"steps": 1} if name == "evaluate_every" else {}
    with pytest.raises(ri.DtypeError, match=f"fit: {name} must be an integer, 1.5 ca"):
        run.fit(**options, **{name: 1.5})


def test_a_key_is_asked_for_by_the_layer_that_draws(run):
    with pytest.raises(ri.DtypeError, match="bernoulli: a key is needed"):
        train.fit(
            run.model(),
            nn.cross_entropy,
            optim.sgd(lr=0.1),
            run.loader(),
            epochs=1,
        )


class BreaksAtTheEnd(train.Callback):
    def close(self):
        raise ZeroDivisionError


def test_a_callback_that_cannot_be_closed_hinders_no_other(run):
    first, last = Log(), Log()
    with pytest.raises(ZeroDivisionError):
        run.fit(epochs=1, callbacks=[first, BreaksAtTheEnd(), last])

    assert first.said[-1] == last.said[-1] == ("close",)


@pytest.mark.parametrize("score", [0.5, None, ["loss"]], ids=str)
def test_scores_have_names(run, score):
    message = f"fit: evaluate must return a dict .*, a {type(score).__name__} came"
    with pytest.raises(ri.DtypeError, match=message):
        run.fit(epochs=1, evaluate=lambda model: score)
