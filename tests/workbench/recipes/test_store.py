"""The file of trainings: what it keeps, and what it refuses."""

import json

import pytest

from workbench import machine
from workbench.errors import UserError
from workbench.recipes.store import Store

# Texts, or what is changed in a file, and what is said of it.
DAMAGES = {
    "no JSON": ("{", r"an object was needed, \{ came"),
    "a list": ("[]", r"an object was needed, \[\] came"),
    "no trainings": ('{"schema": 1}', "the file has no trainings"),
    "no schema": ('{"trainings": 5}', "the file has no schema"),
    "another schema": ({"schema": 99}, "schema must be 1, 99 came"),
    "a number": ({"trainings": 5}, "trainings must be list, int came"),
    "a key too many": (
        {"luck": 1},
        "the file has luck, but there are only schema, trainings",
    ),
    "no training": ({"trainings": [5]}, "trainings.0 must be dict, int came"),
    "nothing": ({"trainings": [{}]}, "training 1: it has no experiment, model"),
}
# What is changed in a training.
MISFITS = {
    "a machine of no name": ({"machine": {}}, "machine has no cpu, system"),
    "a processor as a number": (
        {"machine": {"cpu": 4, "system": "Linux"}},
        "machine.cpu must be str, int came",
    ),
    "a field too many": ({"luck": 1}, "training 1: it has luck, but there are only"),
    "a value in words": ({"value": "good"}, "value must be float, str came"),
    "a value as an answer": ({"value": True}, "value must be float, bool came"),
    "a model as a list": ({"model": ["mlp"]}, "model must be str, list came"),
    "a seed as nothing": ({"seed": None}, "seed must be int, NoneType came"),
    "versions in a row": ({"versions": ["2"]}, "versions must be dict, list came"),
    "noise without losses": ({"noise": {"value": 1.0}}, "noise has no losses"),
    "a loss in words": (
        {"noise": {"value": 1.0, "losses": {"1": "a"}}},
        "noise.losses.1 must be float, str came",
    ),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "recipes.json"


def test_what_was_kept_is_there_again(path, training):
    noise = {"value": 0.5, "losses": {"1": 1e-7}}
    kept = [training("jax"), training("jax", seed=1, noise=noise)]
    store = Store(path)
    for one in kept:
        store.keep(one)

    assert Store(path).trainings == kept
    assert json.loads(path.read_text()) == json.loads(json.dumps(store.document()))


def test_a_newer_training_replaces_an_older_one(path, training):
    store = Store(path)
    for value in (0.1, 0.2):
        store.keep(training(value=value, versions={"numpy": str(value)}))

    assert [one.value for one in Store(path).trainings] == [0.2]


def test_a_training_keeps_its_machine_and_versions_when_others_come(path, training):
    old = training(machine=machine.description() | {"date": "1843-10-18"})
    Store(path).keep(old)
    Store(path).keep(training(seed=1, versions={"numpy": "3"}))

    assert [one for one in Store(path).trainings if one.seed == 0] == [old]


def test_a_training_of_an_unknown_machine_can_be_read(path, training):
    Store(path).keep(training())
    document = json.loads(path.read_text())
    del document["trainings"][0]["machine"]
    path.write_text(json.dumps(document))

    (found,) = Store(path).trainings
    assert found.machine is None


def test_what_is_forgotten_is_no_longer_in_the_file(path, training):
    store = Store(path)
    kept, gone = training(), training(seed=1)
    store.forget(kept.place)
    assert not path.exists()
    for one in (kept, gone):
        store.keep(one)

    store.forget(gone.place)

    assert Store(path).trainings == [kept]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_and_left_alone(path, training, damage):
    change, words = DAMAGES[damage]
    store = Store(path)
    store.keep(training())
    is_text = isinstance(change, str)
    path.write_text(change if is_text else json.dumps(store.document() | change))
    before = path.read_bytes()

    with pytest.raises(UserError, match=rf"recipes\.json cannot be used .*{words}"):
        Store(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("misfit", MISFITS)
def test_every_field_of_a_training_is_checked(path, training, misfit):
    change, words = MISFITS[misfit]
    store = Store(path)
    store.keep(training())
    document = store.document()
    document["trainings"][0] |= change
    path.write_text(json.dumps(document))

    with pytest.raises(UserError, match=words):
        Store(path)


def test_another_machine_is_named(path, training):
    store = Store(path)
    store.keep(training())
    document = store.document()
    document["trainings"][0]["machine"]["cpu"] = "Abacus 3000"
    path.write_text(json.dumps(document))

    with pytest.raises(UserError, match=r"another machine \(Abacus 3000\)"):
        Store(path)
