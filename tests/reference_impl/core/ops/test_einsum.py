import itertools
import string

import numpy as np
import pytest
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

RNG = np.random.default_rng(0)
SIZES = dict(zip("abcdefg", (2, 3, 4, 5, 2, 3, 1), strict=True))

EXPRESSIONS = [
    # one operand
    "a->a",
    "ab->ba",
    "abc->cab",
    "ab->",
    "ab->b",
    "ab",
    "ba",
    "aa",
    "aa->a",
    "aba->ab",
    "aab->b",
    "abab->ab",
    "aaa->a",
    "aaab->b",
    # two
    "a,a",
    "a,b",
    "a,b->ba",
    "a,a->a",
    "ab,bc",
    "ab,cb->ca",
    "ab,ab",
    "ab,ab->ab",
    "ab,ba->a",
    "abc,cd->abd",
    "dab,dbc->dac",
    "bda,bcd->bac",
    "abc,adc->bd",
    "ab,cd->",
    "ab,c->c",
    "aab,bc->ac",
    ",ab->ab",
    "ag,gb->ab",
    # several
    "a,b,c->abc",
    "ab,bc,cd",
    "ab,bc,cd,da",
    "ab,cd,bc->ad",
    "a,ab,b",
    "abc,abd,cd->ab",
    "a,a,a,a->a",
    ",,a",
]

WITH_DOTS = [
    ("...", [(2, 3)]),
    ("...->...", [()]),
    ("...a->a...", [(2, 3, 4)]),
    ("a...->...", [(2, 3, 4)]),
    ("...aa->...a", [(2, 3, 3)]),
    ("...ab,...bc->...ac", [(5, 2, 3), (5, 3, 4)]),
    ("...ab,...bc", [(5, 2, 3), (3, 4)]),
    ("...ab,...bc->...ac", [(5, 1, 2, 3), (6, 3, 4)]),
    ("...,...->...", [(3, 1), (1, 4)]),
    ("...a,...a", [(1, 3), (1, 3)]),
    ("a...,a...->...a", [(3, 1, 2), (3, 5, 1)]),
    ("...a,ba->...b", [(4, 5, 3), (2, 3)]),
    ("...,a->...a", [(), (3,)]),
]


def drawn(expression):
    terms = expression.split("->")[0].split(",")
    return [RNG.normal(size=[SIZES[label] for label in term]) for term in terms]


def assert_equals_numpy(expression, operands):
    came = ri.einsum(expression, *map(ri.tensor, operands))

    needed = np.einsum(expression, *operands)
    assert came.shape == needed.shape
    np.testing.assert_allclose(came, needed, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_letters_mean_what_they_mean_in_numpy(expression):
    assert_equals_numpy(expression, drawn(expression))


@pytest.mark.parametrize(("expression", "shapes"), WITH_DOTS, ids=str)
def test_dots_stand_for_axes_that_broadcast_as_in_numpy(expression, shapes):
    assert_equals_numpy(expression, [RNG.normal(size=shape) for shape in shapes])


@pytest.mark.parametrize("seed", range(60))
def test_random_expressions_mean_what_they_mean_in_numpy(seed):
    rng = np.random.default_rng(seed)
    labels = list("abcdef")
    terms = [
        "".join(rng.choice(labels, size=rng.integers(0, 4)))
        for _ in range(rng.integers(1, 5))
    ]
    known = sorted(set("".join(terms)))
    result = rng.permutation(known)[: rng.integers(0, len(known) + 1)]
    expression = ",".join(terms) + ("->" + "".join(result) if seed % 4 else "")

    assert_equals_numpy(expression, drawn(expression))


def test_complex_operands_are_not_conjugated():
    x, y = RNG.normal(size=(2, 3, 4)) + 1j * RNG.normal(size=(2, 3, 4))

    assert_equals_numpy("ab,cb->ac", [x, y])


def test_small_integers_keep_their_dtype():
    x = ri.tensor(np.arange(6, dtype=np.int8).reshape(2, 3))

    for expression in ("ab->a", "ab->"):
        assert ri.einsum(expression, x).dtype == ri.int8


def test_spaces_are_left_out():
    x, y = drawn("ab,bc")

    np.testing.assert_allclose(ri.einsum(" ab , bc -> ac ", x, y), x @ y, rtol=1e-12)


def test_empty_axes_sum_to_zero():
    came = ri.einsum("ab,bc->ac", ri.ones((2, 0)), ri.ones((0, 3)))

    np.testing.assert_array_equal(came, np.zeros((2, 3)))


def test_a_captured_expression_is_the_eager_one():
    operands = [ri.tensor(x) for x in drawn("aab,bc,c->ab")]

    def expression(*operands):
        return ri.einsum("aab,bc,c->ab", *operands)

    assert_as_eager(ri.compile(expression)(*operands), expression(*operands))


@pytest.mark.parametrize("expression", ["ab,bc->ac", "aab,b->a", "ab,bc,cd->"])
def test_the_gradient_is_the_expression_with_the_cotangent_in_an_operands_place(
    expression,
):
    operands = drawn(expression)
    G = RNG.normal(size=np.einsum(expression, *operands).shape)

    gradients = ri.grad(
        lambda *xs: ri.sum(ri.einsum(expression, *xs) * ri.tensor(G)),
        argnums=range(len(operands)),
    )(*map(ri.tensor, operands))

    for i, (x, came) in enumerate(zip(operands, gradients, strict=True)):
        for index in itertools.product(*map(range, x.shape)):
            unit = np.zeros_like(x)
            unit[index] = 1
            others = [*operands[:i], unit, *operands[i + 1 :]]
            needed = np.sum(np.einsum(expression, *others) * G)
            np.testing.assert_allclose(came.numpy()[index], needed, rtol=1e-10)


def test_a_long_chain_is_multiplied_without_large_intermediate_products():
    labels = string.ascii_letters[:21]
    terms = [labels[i : i + 2] for i in range(20)]
    order = RNG.permutation(20)
    matrices = [RNG.normal(size=(4, 4)) for _ in range(20)]
    expression = ",".join(terms[i] for i in order) + f"->{labels[0]}{labels[20]}"

    came = ri.einsum(expression, *(matrices[i] for i in order))

    needed = np.linalg.multi_dot(matrices)
    np.testing.assert_allclose(came, needed, rtol=1e-9)


@pytest.mark.parametrize(
    ("expression", "shapes", "message"),
    [
        ("ab,bc", [(2, 3)], "is about 2 operands, 1 came"),
        ("ab", [(2, 3), (3, 4)], "is about 1 operands, 2 came"),
        ("a1->a", [(2, 3)], "'a1' .* is not made of letters"),
        ("a..b", [(2, 3)], "at most one '...'"),
        ("a->b->c", [(2,)], "is not made of letters"),
        ("abc", [(2, 3)], r"does not label the axes of the shape \(2, 3\)"),
        ("a", [(2, 3)], "does not label the axes"),
        ("...abc", [(2, 3)], "does not label the axes"),
        ("ab,bc", [(2, 3), (4, 5)], r"'b' .* has sizes 3 and 4.*\(2, 3\), \(4, 5\)"),
        ("ab,bc", [(2, 1), (4, 5)], "'b' .* has sizes 1 and 4"),
        ("aa", [(2, 3)], "'a' .* has sizes 2 and 3"),
        ("...a,...a", [(2, 3), (4, 3)], "'...' .* has sizes 2 and 4"),
        ("ab->ac", [(2, 3)], "'c' in the result .* must be a label of an operand"),
        ("ab->aa", [(2, 3)], "'a' in the result .* occur once"),
        ("...a->a", [(2, 3)], "the result of .* must have the axes of '...'"),
    ],
    ids=str,
)
def test_what_cannot_be_read_or_does_not_fit_is_refused(expression, shapes, message):
    with pytest.raises(ShapeError, match=f"^einsum: .*{message}"):
        ri.einsum(expression, *map(ri.ones, shapes))


def test_booleans_are_refused():
    with pytest.raises(DtypeError, match=r"^einsum: "):
        ri.einsum("a->", ri.tensor([True, False]))
