"""Drawn models are sound: layers read what is there, and nothing at their kinks."""

import json
from functools import partial

import numpy as np
from hypothesis import given
from random_models.kinds import KINDS, TIES, ZEROS
from random_models.layers import reference
from random_models.model import from_json, wired
from random_models.profile import drawn
from random_models.strategies import models

SPECIAL = (0.0, 1.0, -1.0)


@drawn(20)
@given(models(("float64", "float32")))
def test_a_model_survives_its_way_as_json(model):
    assert from_json(json.loads(json.dumps(model.as_json()))) == model


@drawn(20)
@given(models())
def test_a_layer_reads_only_what_is_there(model):
    there = set(model.inputs)
    for layer in model.layers:
        assert set(layer.reads) <= there
        there.add(layer.name)
    assert model.outputs()


@drawn(50)
@given(models())
def test_no_layer_reads_what_lies_at_its_kinks(model):
    arrays = model.arrays()
    wiring = partial(wired, model, reference)
    values, _ = reference.differentiated(wiring, arrays)

    for layer in model.layers:
        x = (arrays | values)[layer.reads[0]]
        if KINDS[layer.kind].kink == ZEROS:
            assert not np.isin(x, SPECIAL).any()
        if KINDS[layer.kind].kink == TIES:
            assert all(len(np.unique(sample)) == sample.size for sample in x)
