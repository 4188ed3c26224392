import pytest

import reference_impl as ri
from reference_impl.optim.terms import root, with_momentum

V, G = ri.tensor(8.0), ri.tensor(4.0)


@pytest.mark.parametrize(
    ("options", "velocity", "update"),
    [
        ({}, 0.5 * 8 + 4, 0.25 * 8),
        ({"nesterov": True}, 0.5 * 8 + 4, 0.25 * (0.5 * 8 + 4)),
        ({"lr_inside": True}, 0.5 * 8 + 1, 5),
        ({"lr_inside": True, "nesterov": True}, 0.5 * 8 + 1, 0.5 * 5 + 1),
    ],
    ids=str,
)
def test_a_velocity_keeps_a_part_of_itself_and_takes_up_the_gradient(
    options, velocity, update
):
    found = with_momentum(V, G, 0.25, 0.5, **options)

    assert [x.item() for x in found] == [velocity, update]


def test_a_root_is_kept_from_zero_on_its_inside_or_its_outside():
    assert root(ri.tensor(9.0), 16.0, inside=True).item() == 5.0
    assert root(ri.tensor(9.0), 16.0, inside=False).item() == 19.0
