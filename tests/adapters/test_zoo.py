"""What the declarations of the models promise."""

import dataclasses
import inspect
import math
import textwrap

import numpy as np
import pytest

from adapters import zoo
from adapters.formulas import FORMULAS
from adapters.zoo import MODELS, dna_cnn, gan, gpt, lenet, metrics, shapes
from adapters.zoo.model import SETTINGS, Optimiser, adam, first_value
from workbench.experiment import SETS, samples

NAMES = (
    *("linear_regression", "softmax_regression", "mlp", "lenet", "resnet8", "lstm"),
    *("gru", "gpt", "vae", "matrix_factorisation", "dna_cnn", "gan"),
)
each = pytest.mark.parametrize("name", MODELS)


def layer(name):
    return name.rpartition(".")[0]


def test_the_zoo_has_the_models_of_the_book_the_smallest_first():
    sizes = [sum(map(math.prod, model.shapes.values())) for model in MODELS.values()]

    assert set(NAMES) <= set(MODELS)
    assert sizes == sorted(sizes)


def test_a_file_in_the_folder_is_all_that_a_new_model_needs(tmp_path, monkeypatch):
    (tmp_path / "newcomer.py").write_text(
        textwrap.dedent("""
        from adapters.zoo.mlp import MODEL
        """)
    )
    monkeypatch.setattr(zoo, "__path__", [*zoo.__path__, str(tmp_path)])

    assert zoo.found()["newcomer"] is MODELS["mlp"]


@each
def test_parameters_stand_in_the_order_of_the_layers_that_have_them(name):
    model = MODELS[name]
    having = list(dict.fromkeys(map(layer, model.shapes)))

    assert [one for one in model.layers if one in having] == having
    assert set(map(layer, model.statistics)) <= set(having)
    assert len(set(model.layers)) == len(model.layers)


@each
def test_every_parameter_is_trained_by_one_objective(name):
    model = MODELS[name]
    trained = [p for objective in model.objectives for p in model.trained(objective)]

    assert sorted(trained) == sorted(model.shapes)


@each
def test_the_numbers_of_an_optimiser_are_exact_in_float32(name):
    for value in MODELS[name].optimiser.settings.values():
        assert float(np.float32(value)) == value


def test_an_optimiser_has_the_settings_of_its_formula():
    keywords = {
        name: tuple(inspect.getfullargspec(formula).kwonlyargs)
        for name, formula in FORMULAS.items()
    }

    assert keywords == SETTINGS


def test_an_optimiser_is_what_its_dict_says():
    made = adam(lr=0.5)

    assert Optimiser.from_dict(made.as_dict()) == made


@each
def test_first_values_have_the_declared_shapes_and_come_from_the_seed(name):
    model = MODELS[name]
    values = model.first_values(np.random.default_rng(3))
    again = model.first_values(np.random.default_rng(3))

    assert {n: a.shape for n, a in values.items()} == model.shapes | model.statistics
    for parameter, array in values.items():
        assert array.dtype == np.float64
        np.testing.assert_array_equal(array, again[parameter])


@each
def test_samples_have_the_same_names_kinds_and_sizes_for_training_and_testing(name):
    train, test = samples(name)

    assert train.keys() == test.keys()
    for part in (train, test):
        assert len({len(array) for array in part.values()}) == 1
    for key, array in train.items():
        assert array.dtype == test[key].dtype
        assert array.dtype in (np.float64, np.int64)
        assert array.shape[1:] == test[key].shape[1:]


@each
def test_samples_are_the_same_every_time(name):
    model = MODELS[name]
    if isinstance(model.data, str):
        assert model.data in SETS
        return

    one, other = model.data(), model.data()

    for part, again in zip(one, other, strict=True):
        for key, array in part.items():
            np.testing.assert_array_equal(array, again[key])


@each
def test_a_recipe_uses_batches_that_its_data_has(name):
    model = MODELS[name]

    assert 1 <= model.batch <= len(next(iter(samples(name).train.values())))
    assert model.steps >= 1


def test_glorots_bound_counts_inputs_and_outputs_of_a_filter():
    rng = np.random.default_rng(0)
    weight = first_value("conv.weight", (16, 8, 3, 3), rng)
    bound = math.sqrt(6 / (16 * 9 + 8 * 9))

    assert 0.98 * bound < np.abs(weight).max() < bound


@pytest.mark.parametrize(
    ("name", "value"),
    [("n.weight", 1), ("n.bias", 0), ("n.mean", 0), ("n.variance", 1)],
)
def test_vectors_begin_with_zeros_or_ones(name, value):
    np.testing.assert_array_equal(first_value(name, (3,), None), np.full(3, value))


def test_an_lstm_begins_by_forgetting_little():
    bias = MODELS["lstm"].first_values(np.random.default_rng(0))["lstm.bias"]
    i, f, g, o = np.split(bias, 4)

    assert (f == 1).all()
    assert not np.concatenate([i, g, o]).any()


def test_filters_have_as_many_axes_as_their_input():
    assert shapes.filters("c", 4, 16, 12) == {"c.weight": (16, 4, 12), "c.bias": (16,)}
    assert shapes.filters("c", 1, 6, 5, 5, bias=False) == {"c.weight": (6, 1, 5, 5)}


def test_an_enlarged_image_has_a_dark_border_and_squares_for_pixels():
    x = np.random.default_rng(0).uniform(0.1, 1, (2, 64))
    large = lenet.enlarged({"x": x, "y": np.zeros(2)})["x"]

    assert large.shape == (2, 1, 28, 28)
    assert np.count_nonzero(large) == 2 * 24 * 24
    np.testing.assert_array_equal(large[:, 0, 3:-2:3, 3:-2:3], x.reshape(2, 8, 8))


def test_written_sums_are_right():
    batch = gpt.sums().test
    for tokens, following in zip(batch["x"], batch["y"], strict=True):
        text = "".join(gpt.CHARACTERS[i] for i in [*tokens, following[-1]])
        for start in range(0, 30, 6):
            question, answer = text[start : start + 6].split("=")
            assert sum(map(int, question.split("+"))) == int(answer)
        np.testing.assert_array_equal(tokens[1:], following[:-1])


def test_the_entropy_of_written_sums_is_that_of_the_digits_that_chance_decides():
    random_places = sum(place % 6 in (0, 2) for place in range(1, 33))

    assert pytest.approx(random_places * math.log(10) / 32) == gpt.ENTROPY


def test_motifs_are_where_the_class_says():
    x, y = dna_cnn.sequences().train.values()
    np.testing.assert_array_equal(x.sum(1), 1)
    letters = x.argmax(1)
    for bit, motif in enumerate(dna_cnn.MOTIFS):
        written = [dna_cnn.LETTERS.index(letter) for letter in motif]
        windows = np.lib.stride_tricks.sliding_window_view(letters, len(motif), axis=1)
        best = (windows == written).sum(2).max(1)
        has = (y >> bit) & 1 == 1
        # Of ten letters, 3/64 are others on average.
        assert best[has].mean() > 9.4
        assert (best[has] >= 7).mean() > 0.99
        assert (best[~has] <= 7).mean() > 0.95


def test_no_user_rates_an_item_twice():
    train, test = samples("matrix_factorisation")
    user, item = (np.concatenate([train[k], test[k]]) for k in ("user", "item"))
    users, items = (
        MODELS["matrix_factorisation"].shapes[f"{table}.weight"][0]
        for table in ("users", "items")
    )

    assert len({*zip(user.tolist(), item.tolist(), strict=True)}) == len(user)
    assert (user.max(), item.max()) == (users - 1, items - 1)


def test_points_at_all_centres_cover_them_and_at_one_an_eighth():
    every = np.repeat(gan.CENTRES, 5, axis=0)

    assert gan.covered(every, {}).value == 1
    assert gan.covered(every[:5], {}).value == 1 / 8
    assert gan.covered(every * 0, {}).value == 0


def test_the_metrics_are_their_formulas():
    scores = np.log(np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]))
    test = {"y": np.array([0, 0])}

    assert metrics.accuracy(scores, test).value == 0.5
    surprise = metrics.cross_entropy(scores + 100, test).value
    assert surprise == pytest.approx(math.log(2 * 8) / 2)
    apart = {"y": np.array([1.0, 2.0])}
    predicted = np.array([4.0, 6.0])
    assert metrics.mean_squared_error(predicted, apart).value == 12.5
    assert metrics.root_mean_squared_error(predicted, apart).value == math.sqrt(12.5)


def test_the_cross_entropy_of_pixels_is_summed_over_an_image():
    image = np.array([[1.0, 0.0, 0.5]])
    score = math.log(3)  # of the probability 3/4

    found = metrics.pixel_cross_entropy(np.full((1, 3), score), {"x": image}).value

    expected = -math.log(0.75) - math.log(0.25) - math.log(0.75 * 0.25) / 2
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"output.bias": None}, "output.bias is missing"),
        ({"extra": np.zeros(1)}, "extra is unknown"),
        ({"output.bias": np.zeros(2)}, r"output.bias must be \(1,\), \(2,\) came"),
        (
            {"output.bias": np.zeros(1, "float32")},
            r"float64 \(output.weight\) and float32 \(output.bias\) came",
        ),
        ({"output.bias": np.zeros(1, int)}, "float32 or float64, int64 came"),
        ({"output.bias": np.full(1, np.nan)}, "output.bias must be finite, nan came"),
        ({"output.bias": [0.0]}, "output.bias must be a NumPy array, list came"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_by_name(change, reason):
    model = MODELS["linear_regression"]
    arrays = model.first_values(np.random.default_rng(0))
    model.check(arrays)

    arrays |= change
    with pytest.raises(ValueError, match=reason):
        model.check({n: a for n, a in arrays.items() if a is not None})


def test_a_declaration_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        MODELS["mlp"].steps = 3
