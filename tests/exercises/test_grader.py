from dataclasses import replace

import numpy as np
import pytest

from exercises.catalogue import exercises
from exercises.grader import grade, hidden_cases
from exercises.task import task
from reference_impl.core.errors import ShapeError
from reference_impl.core.shape import broadcast_shapes

SEED = 20_240_117


def scored(exercise, source, *, walled=False, seed=SEED):
    return grade(exercise, source, seed=seed, walled=walled)


@pytest.mark.parametrize("each", exercises(), ids=lambda each: each.number)
def test_the_untouched_task_scores_nothing(each, walled):
    result = scored(each, task(each), walled=walled)

    assert result.score == 0
    assert not any(test.passed for test in result.tests)


def test_the_librarys_own_body_scores_all(
    broadcasting, with_body, library_body, walled
):
    result = scored(broadcasting, with_body(library_body), walled=walled)

    assert result.score == 100
    assert all(test.passed for test in result.tests)


@pytest.mark.parametrize("seed", range(3))
def test_another_right_solution_scores_all(broadcasting, with_body, solution, seed):
    assert scored(broadcasting, with_body(solution), seed=seed).score == 100


# What is changed in the right solution, and into what.
MUTANTS = {
    "aligned at the first axis": (
        "(1,) * (ndim - len(shape)) + shape",
        "shape + (1,) * (ndim - len(shape))",
    ),
    "a list": ("return tuple(result)", "return result"),
    "no error": ("len(wide) > 1", "False"),
    "an error for a size of one": ("if size != 1", ""),
    "zero taken for one": ("if size != 1", "if size > 1"),
    "zero stretches": ("wide = {size for", "wide = {max(sizes) for"),
    "two shapes only": ("zip(*padded)", "zip(*padded[:2])"),
    "at least one shape": (", default=0)", ")"),
    "never two axes in a row": ("result.append", "result[-1:] == [1] or result.append"),
    "only neighbours compared": (
        "len(wide) > 1",
        "any(1 not in pair and len({*pair}) > 1 for pair in zip(sizes, sizes[1:]))",
    ),
    "only two shapes compared": ("len(wide) > 1", "len({1, *sizes[:2]}) > 2"),
    "another class": ("raise ShapeError", "raise ValueError"),
    "an error without sizes": ("sizes {sorted(wide)} ", ""),
    "only one size named": ("sorted(wide)", "min(wide)"),
    "sizes as floats": ("wide.pop()", "float(wide.pop())"),
}


@pytest.mark.parametrize(("right", "wrong"), MUTANTS.values(), ids=MUTANTS)
def test_a_mutant_is_rejected(broadcasting, with_body, solution, right, wrong):
    assert solution.count(right) == 1
    mutant = with_body(solution.replace(right, wrong))

    assert scored(broadcasting, mutant).score < 100


@pytest.mark.parametrize(
    "body", ['raise ShapeError("")', "return ()", "return None", "return shapes"]
)
def test_one_answer_for_everything_scores_nothing(broadcasting, with_body, body):
    assert scored(broadcasting, with_body(body)).score == 0


def test_the_same_seed_draws_the_same_tests(broadcasting):
    for name in broadcasting.weights:
        assert hidden_cases(broadcasting, name, 7) == hidden_cases(
            broadcasting, name, 7
        )
        assert hidden_cases(broadcasting, name, 7) != hidden_cases(
            broadcasting, name, 8
        )


@pytest.mark.parametrize("seed", range(20))
def test_the_librarys_answers_are_numpys(broadcasting, seed):
    for name in broadcasting.weights:
        for case in hidden_cases(broadcasting, name, seed):
            if case.says:
                with pytest.raises(ValueError, match="broadcast"):
                    np.broadcast_shapes(*case.args)
                with pytest.raises(ShapeError):
                    broadcast_shapes(*case.args)
                continue
            try:
                expected = np.broadcast_shapes(*case.args)
            except ValueError:
                with pytest.raises(ShapeError):
                    broadcast_shapes(*case.args)
            else:
                assert broadcast_shapes(*case.args) == expected


def test_the_score_is_the_share_of_weights_rounded_down(broadcasting, with_body):
    only_equal = with_body("return shapes[0] if len(set(shapes)) == 1 else None")
    weights = dict.fromkeys(broadcasting.weights, 1)

    result = scored(replace(broadcasting, weights=weights), only_equal)

    assert [test.passed for test in result.tests] == [True, *[False] * 5]
    assert result.score == 16


def test_a_syntax_error_scores_nothing_and_names_the_line(broadcasting):
    result = scored(broadcasting, "x = 1\nif:\n")

    assert result.score == 0
    assert {test.detail for test in result.tests} == {"line 2: invalid syntax"}


def test_feedback_counts_the_cases_and_shows_none(broadcasting, with_body, solution):
    one_too_few = with_body(solution.replace("tuple(result)", "tuple(result)[:3]"))

    details = {t.name: t.detail for t in scored(broadcasting, one_too_few).tests}

    assert details["a missing axis stretches"] == "6 of 10; gave a wrong value"


def test_a_grade_says_whether_walls_stood_around_it(broadcasting, walled):
    assert scored(broadcasting, "", walled=walled).verified is walled


def test_behind_walls_nothing_scores_without_the_filter_of_system_calls(
    broadcasting, with_body, solution, walls, without_filter
):
    result = scored(broadcasting, with_body(solution), walled=True)

    assert result.score == 0
    assert {t.detail for t in result.tests} == {
        "ended because it could not be confined"
    }
