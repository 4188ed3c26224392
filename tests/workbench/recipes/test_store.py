"""The file of trainings: what it keeps, and what it refuses."""

import json

import pytest

from workbench import machine
from workbench.errors import UserError
from workbench.recipes.store import Store

DAMAGES = {
    "no JSON": lambda document: "{",
    "a list": lambda document: "[]",
    "another schema": lambda document: json.dumps({**document, "schema": 99}),
    "no trainings": lambda document: json.dumps(
        {n: part for n, part in document.items() if n != "trainings"}
    ),
    "a training by no machine": lambda document: json.dumps(
        {**document, "trainings": [{**document["trainings"][0], "machine": {}}]}
    ),
    "a training with a field too many": lambda document: json.dumps(
        {**document, "trainings": [{**document["trainings"][0], "luck": 1}]}
    ),
    "a value that is no number": lambda document: json.dumps(
        {**document, "trainings": [{**document["trainings"][0], "value": "good"}]}
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
    store = Store(path)
    store.keep(training())
    path.write_text(DAMAGES[damage](store.document()))
    before = path.read_bytes()

    with pytest.raises(UserError, match=r"recipes\.json cannot be used as a file of"):
        Store(path)

    assert path.read_bytes() == before


def test_another_machine_is_named(path, training):
    store = Store(path)
    store.keep(training())
    document = store.document()
    document["trainings"][0]["machine"]["cpu"] = "Abacus 3000"
    path.write_text(json.dumps(document))

    with pytest.raises(UserError, match=r"another machine \(Abacus 3000\)"):
        Store(path)
