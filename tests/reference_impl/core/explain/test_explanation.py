import itertools

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import CaptureError, FreedError, NoValueError
from reference_impl.core.explain.text import heading
from reference_impl.core.kernel import LLVM
from reference_impl.core.lowering.step import Library


def explained(case, **options):
    compiled, args = case
    return compiled.explain(*args, **options)


def plan_of(case):
    (found,) = case[0]._found.values()
    return found.program


def test_the_graph_is_the_captured_one(training):
    compiled, args = training

    assert explained(training).graph is compiled.graph(*args)


def test_each_pass_goes_on_where_the_one_before_ended(training):
    reports = explained(training).reports

    for one, other in itertools.pairwise(reports):
        assert one.nodes_after == other.nodes_before
        assert one.operations_after == other.operations_before


def test_fusion_is_the_last_pass_and_counts_loops(loop):
    fusion = explained(loop).reports[-1]

    assert fusion.name == "fuse"
    # The scan with multiply, add and tanh inside; the scan with one node inside.
    assert (fusion.nodes_before, fusion.nodes_after) == (4, 2)
    assert fusion.summary == "1 fused: multiply_add_tanh"


def test_every_kernel_of_the_plan_is_there_in_order(training):
    explanation = explained(training)

    launches = [x for each in explanation.kernels for x in each.launches]
    kernels = plan_of(training).kernels
    assert [x.source for x in launches] == [kernel.source for kernel in kernels]
    assert [x.work.operations for x in launches] == [k.operations for k in kernels]


def test_groups_are_those_of_the_plan(training):
    explanation = explained(training)

    groups = [group for stage in plan_of(training).stages for group in stage.groups]
    shown = [(x.units, x.chunk) for x in explanation.kernels]
    assert shown == [(group.units, group.chunk) for group in groups]


def test_where_one_thread_does_everything_nobody_waits(training):
    kernels = explained(training).kernels
    assert plan_of(training).is_serial

    assert {(each.waits, each.is_serial) for each in kernels} == {(False, True)}
    assert "waits for all" not in "".join(map(heading, kernels))
    assert all("one thread does it" in heading(each) for each in kernels)


def waits(function, *args):
    """What is said of each group of a plan that several threads run."""
    compiled = ri.compile(function)
    explanation = compiled.explain(*args)
    assert not plan_of((compiled, args)).is_serial
    return [(each.waits, each.is_serial) for each in explanation.kernels]


def test_a_group_waits_for_what_it_reads():
    x = ri.ones((128, 128))

    assert waits(lambda x: x @ (x @ x), x) == [(False, False), (True, False)]


def test_a_serial_group_waits_for_what_several_threads_did():
    x = ri.ones((128, 128))

    came = waits(lambda x: ri.tanh((ri.sin(x) @ x)[0]) * 2.0, x)

    assert came == [(False, False), (True, True)]


def test_a_loop_begins_when_all_before_is_done_and_so_does_an_iteration():
    x = ri.ones((128, 128))

    came = waits(lambda x: ri.scan(lambda c, _: (c @ x, ()), x, None, length=3)[0], x)

    assert came[0] == (False, False)
    assert all(each == (True, False) for each in came[1:])


def test_a_loop_counts_its_iterations(loop):
    inside = [each for each in explained(loop).kernels if each.loop]

    assert {each.iterations for each in inside} == {7}
    assert sum(each.total.operations for each in inside) == 7 * 3 * 4


def test_a_step_of_a_library_is_called_so(library):
    steps = [each for each in explained(library).kernels if each.is_library]
    wanted = [x.op.name for x in plan_of(library).stages if isinstance(x, Library)]

    assert [step.name for step in steps] == wanted == ["eigh"]
    assert steps[0].work.bytes_read == 9 * 4
    assert steps[0].work.bytes_written == (3 + 9) * 4


def test_every_source_is_there_once_with_the_file_that_holds_it(training):
    sources = explained(training).sources

    names = [each.source.name for each in sources]
    assert sorted(set(names)) == sorted(names)
    for each in sources:
        assert each.path.read_text() == each.source.text
        assert each.path.suffix == (".ll" if each.source.language == LLVM else ".py")
    assert sum(each.kernels for each in sources) == len(plan_of(training).kernels)


def test_memory_is_that_of_the_plan(training):
    memory, plan = explained(training).memory, plan_of(training)

    assert memory.arena_bytes == plan.arena_bytes
    assert memory.lower_bound <= memory.arena_bytes
    assert memory.ratio == memory.arena_bytes / memory.lower_bound
    assert memory.input_bytes == 4 * (16 * 32 + 32 + 32 + 8 * 16 + 8)
    assert memory.output_bytes == 4  # the loss; parameters lie where they lay
    assert [x.offset for x in memory.rectangles] == list(plan.offsets.values())


def test_what_is_written_in_the_place_of_inputs_is_named(training):
    assert set(explained(training).memory.in_place) == {
        ("1.w", "params.w"),
        ("1.b", "params.b"),
        ("1.v", "params.v"),
    }


@pytest.mark.parametrize("measure", [False, True])
def test_a_function_of_nothing_is_explained(nothing, measure):
    explanation = explained(nothing, measure=measure)

    assert explanation.kernels == explanation.sources == ()
    assert explanation.memory.ratio == 1
    assert "Nothing runs" in str(explanation)


def test_explaining_leaves_arguments_as_they_are(training):
    compiled, args = training
    before = [np.array(x) for x in ri.tree.flatten(args)[0]]

    explained(training, measure=True)

    for x, array in zip(ri.tree.flatten(args)[0], before, strict=True):
        assert np.array_equal(np.array(x), array)
    first, _ = compiled(*args)
    assert first.item() == pytest.approx(step_loss(before), rel=1e-5)


def step_loss(arrays):
    w, b, v, x, y = arrays
    return np.mean((np.tanh(x @ w + b) @ v - y) ** 2)


def test_a_call_after_measuring_is_the_call_without(loop, library):
    for compiled, args in (loop, library):
        wanted = ri.tree.flatten(compiled(*args))[0]

        compiled.explain(*args, measure=True)

        for x, y in zip(ri.tree.flatten(compiled(*args))[0], wanted, strict=True):
            assert np.array_equal(np.array(x), np.array(y))


@pytest.mark.parametrize("case", ["training", "loop", "library"])
def test_every_kernel_is_timed(case, request):
    explanation = explained(request.getfixturevalue(case), measure=True)

    times = explanation.times
    assert len(times.seconds) == len(explanation.kernels)
    for each, parts in zip(explanation.kernels, times.kernel_seconds, strict=True):
        assert len(parts) == len(each.launches)
    assert times.call_seconds > 0
    assert sum(times.seconds) > 0
    assert explanation.limits.peak > 0
    assert explanation.limits.cache_bandwidth >= explanation.limits.bandwidth > 0


def test_nothing_is_timed_unless_asked(training):
    explanation = explained(training)

    assert explanation.times is explanation.limits is None


def test_a_function_that_cannot_be_captured_raises_the_error_of_the_call():
    compiled = ri.compile(lambda x: x if x.item() > 0 else -x)

    with pytest.raises(NoValueError):
        compiled.explain(ri.tensor(1.0))


def test_places_out_of_range_are_refused_before_anything_is_timed():
    compiled = ri.compile(lambda x, i: ri.take(x, i, axis=0) * 2.0)
    x, i = np.ones(3, np.float32), np.array([7])
    with pytest.raises(ri.IndexRangeError) as from_call:
        compiled(x, i)

    with pytest.raises(ri.IndexRangeError) as from_explain:
        compiled.explain(x, i, measure=True)
    assert str(from_explain.value) == str(from_call.value)


def test_freed_arguments_are_explained_but_not_timed(training):
    compiled, args = training
    compiled(*args)

    compiled.explain(*args)
    with pytest.raises(FreedError):
        compiled.explain(*args, measure=True)


class Apart:
    """A device that is no CPU, though it computes like one."""

    def __init__(self):
        self.cpu = ri.CPU(name="apart", capacity_bytes=1 << 25)

    def __getattr__(self, name):
        return getattr(self.cpu, name)


def test_a_device_without_kernels_is_refused():
    x = ri.tensor([1.0], device=Apart())

    with pytest.raises(CaptureError, match="op by op"):
        ri.compile(lambda x: x * 2.0).explain(x)
