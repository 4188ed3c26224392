"""Groups: what grows together, and what keeps nodes apart."""

import pytest
from passes_checks import captured

import reference_impl as ri
from reference_impl.core.passes.grouping import MOST_NODES, Groups, origin
from reference_impl.core.passes.rewrite import made


def groups(graph):
    """The ops of every group, in the order in which the groups began."""
    found = Groups(graph)
    each = {id(group): group for group in found.group.values()}
    return [[node.op.name for node in group.nodes] for group in each.values()]


def chain(x):
    for _ in range(MOST_NODES + 22):
        x = ri.sin(x)
    return x


def with_total(x):
    y = ri.exp(x)
    return y / ri.broadcast_to(ri.sum(y, axis=0), y.shape)


def with_sort(x):
    y = ri.exp(x)
    return y + ri.sort(y, axis=0)


def with_late_path(x):
    """The second group depends on the first, once that has grown: they stay two."""
    y, z = ri.exp(x), ri.cos(x)
    after = ri.sort(y, axis=0)
    return y + ri.sort(z, axis=0), z * after


@pytest.mark.parametrize(
    ("function", "needed"),
    [
        (lambda x: ri.cos(ri.exp(x)) + x, [["exp", "cos", "add"]]),
        (lambda x: ri.exp(ri.sum(ri.sin(x))), [["sin", "sum", "exp"]]),
        (with_total, [["exp", "sum"], ["divide"]]),
        (with_sort, [["exp"], ["add"]]),
        (with_late_path, [["exp", "add"], ["cos"], ["multiply"]]),
        (chain, [["sin"] * MOST_NODES, ["sin"] * 22]),
    ],
    ids=["elements", "reduction", "rows", "path", "late path", "long"],
)
def test_a_group_is_one_walk(function, needed):
    found = groups(captured(function, (4, 4)))

    assert sorted(map(sorted, found)) == sorted(map(sorted, needed))


def test_what_is_behind_an_identity_is_apart():
    def function(x):
        return ri.exp(made("identity", ri.sin(x)))

    assert groups(captured(function, (4, 4))) == [["sin"], ["exp"]]


def test_an_origin_has_the_same_elements_on_the_same_extents():
    (x,) = captured(lambda x: x, (4, 6)).inputs

    assert origin(ri.reshape(ri.reshape(x, (4, 1, 6)), (1, 4, 6))) is x
    assert origin(ri.reshape(x, (6, 4))) is not x
