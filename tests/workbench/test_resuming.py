"""What a run may go on with."""

import pytest
from stored_documents import MACHINE, REQUEST, document

from workbench.errors import UserError
from workbench.store import Store

MLP, GPT = (document(model)["experiment"] for model in ("mlp", "gpt"))


def test_a_run_goes_on_with_what_is_complete(tmp_path):
    path = tmp_path / "results.sqlite"
    with Store(path) as store:
        store.keep(document("mlp", ("reference", "equal")))
        store.keep(document("gpt", ("reference", "equal"), is_complete=False))

    with Store(path) as store:
        assert store.complete() == {}  # it is a new run, as long as nobody goes on
        store.go_on(REQUEST, {**MACHINE, "date": "2026-11-22"}, [MLP, GPT])
        assert list(store.complete()) == ["mlp-1"]
        store.keep(document("gpt", ("reference", "failed")))
        assert [d["rows"][0]["status"] for d in store.latest()] == ["equal", "failed"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"request": {**REQUEST, "rounds": 3}}, "rounds 12 and not 3"),
        ({"machine": {**MACHINE, "cpu": "another"}}, "cpu a cpu and not another"),
        (
            {"experiments": [{**MLP, "id": "mlp-2", "steps": 30}]},
            "steps 200 and not 30",
        ),
        ({"experiments": [{**MLP, "id": "mlp-2"}]}, "id mlp-1 and not mlp-2"),
    ],
)
def test_a_run_of_another_kind_does_not_go_on(tmp_path, change, words):
    same = {"request": REQUEST, "machine": MACHINE, "experiments": [MLP]}
    with Store(tmp_path / "results.sqlite") as store:
        store.keep(document("mlp", ("reference", "equal")))

        with pytest.raises(UserError, match=f"for mlp it had {words}$"):
            store.go_on(**same | change)


def test_a_run_goes_on_with_models_that_it_had_not(tmp_path):
    with Store(tmp_path / "results.sqlite") as store:
        store.keep(document("mlp", ("reference", "equal")))

    with Store(tmp_path / "results.sqlite") as store:
        store.go_on(REQUEST, MACHINE, [GPT])
        store.keep(document("gpt", ("reference", "equal")))

        assert list(store.complete()) == ["mlp-1", "gpt-1"]


def test_a_run_goes_on_with_a_model_at_another_number_of_threads(tmp_path):
    two = document("mlp", ("reference", "equal"), threads=2)
    with Store(tmp_path / "results.sqlite") as store:
        store.keep(document("mlp", ("reference", "equal")))
        store.keep(document("gpt", ("reference", "equal")))

    with Store(tmp_path / "results.sqlite") as store:
        store.go_on(REQUEST, MACHINE, [MLP, two["experiment"]])
        store.keep(two)

        ids = [found["experiment"]["id"] for found in store.latest()]

    assert ids == ["mlp-1", "mlp-2", "gpt-1"]  # those of one model stand together


def test_at_the_same_number_of_threads_a_model_is_asked_the_same(tmp_path):
    two = document("mlp", ("reference", "equal"), threads=2)
    other = {**two["experiment"], "id": "mlp-3", "seed": 7}
    with Store(tmp_path / "results.sqlite") as store:
        store.keep(document("mlp", ("reference", "equal")))
        store.keep(two)

        with pytest.raises(UserError, match="it had seed 0 and not 7"):
            store.go_on(REQUEST, MACHINE, [MLP, other])


def test_without_a_run_there_is_nothing_to_go_on_with(tmp_path):
    with (
        Store(tmp_path / "results.sqlite") as store,
        pytest.raises(UserError, match="no results yet"),
    ):
        store.go_on(REQUEST, MACHINE, [MLP])
