"""The examples of the package hold."""

import re
import textwrap

import numpy as np

import reference_impl as ri
from reference_impl import train


def examples():
    text = train.__doc__.split("Modules import")[0]
    return [textwrap.dedent(block) for block in re.findall(r"(?:(?:    .*)?\n)+", text)]


def test_a_loop_by_hand_ends_with_the_bits_of_fit(bits):
    rng = np.random.default_rng(0)
    names = {
        "x": rng.normal(size=(10, 2)).astype(np.float32),
        "y": rng.integers(3, size=10),
        "key": ri.random.key(3),
    }
    by_fit, by_hand, by_steps = [block for block in examples() if block.strip()]

    exec(by_fit, names)
    initial = names["model"]
    data = {name: names[name] for name in "xy"}
    exec(by_hand, names)

    assert bits(names["model"]) == bits(names["trained"])
    assert bits(names["model"]) != bits(initial)

    exec(by_steps, names | data)
    assert len(by_hand.splitlines()) < 12
