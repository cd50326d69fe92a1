"""The algebra: what must hold for all costs, and how they print."""

from __future__ import annotations

import math
from functools import reduce
from operator import mul

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.costs import MAX_FACTORS, ONE, UNKNOWN, Cost, Size
from analyzers.evaluate.sizes.measures import WORDS
from analyzers.operations import FOLDERS, formula, operations

N, M, K = Size("n"), Size("m"), Size("k")
n, m, k = Cost.of(N), Cost.of(M), Cost.of(K)

leaves = st.sampled_from([ONE, n, m, k])
costs = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
        inner.map(Cost.log),
    ),
    max_leaves=6,
)


quotients = st.tuples(costs, leaves).map(lambda pair: pair[0].over(pair[1]))


def value(cost: Cost, sizes: dict[Size, float]) -> float:
    """The cost as a number, for sizes given as numbers."""
    total = 0.0
    for term in cost.terms:
        product = 1.0
        for size, (power, logs) in term.factors:
            product *= sizes[size] ** power * math.log2(sizes[size]) ** logs
        total += product
    return total


UNEQUAL = {N: 2.0**40, M: 2.0**9, K: 2.0**17}
LARGE = {N: 2.0**40, M: 2.0**40, K: 2.0**40}


@given(costs, costs)
def test_a_sum_covers_both_sides(a: Cost, b: Cost) -> None:
    assert (a + b).covers(a)
    assert (a + b).covers(b)


@given(costs, costs)
def test_sums_and_products_do_not_care_about_order(a: Cost, b: Cost) -> None:
    assert (a + b).covers(b + a)
    assert (b + a).covers(a + b)
    assert (a * b).covers(b * a)


@given(costs, costs, costs)
def test_products_distribute(a: Cost, b: Cost, c: Cost) -> None:
    left, right = a * (b + c), a * b + a * c
    assert left.covers(right)
    assert right.covers(left)


@given(costs, costs)
def test_a_cost_that_covers_another_is_not_outgrown(a: Cost, b: Cost) -> None:
    if a.covers(b):
        assert value(b, LARGE) <= value(a, LARGE) * len(b.terms) * 1.01


@given(quotients, quotients)
def test_divisors_are_no_less_than_one(a: Cost, b: Cost) -> None:
    if a.covers(b):
        for sizes in (LARGE, UNEQUAL):
            assert value(b, sizes) <= value(a, sizes) * len(b.terms) * 1.01


@given(costs, leaves)
def test_a_divided_cost_times_its_divisor_is_the_cost(a: Cost, b: Cost) -> None:
    again = a.over(b) * b
    assert again.covers(a)
    assert a.covers(again)


@given(costs)
def test_no_term_of_a_sum_covers_another(a: Cost) -> None:
    assert not any(s.covers(t) for s in a.terms for t in a.terms if s is not t)


@given(costs)
def test_replacing_a_size_by_itself_changes_nothing(a: Cost) -> None:
    same = a.substitute(lambda size: Cost.of(size))
    assert same.covers(a)
    assert a.covers(same)


@pytest.mark.parametrize(
    ("cost", "printed", "time_class"),
    [
        (ONE, "O(1)", "constant"),
        (n.log(), "O(log n)", "logn"),
        (n.power(0.5), "O(√n)", "sqrt"),
        (n + m, "O(m + n)", "linear"),
        (n * n.log(), "O(n log n)", "nlogn"),
        (n * m, "O(m·n)", "quadratic"),
        (n * n * n.log(), "O(n² log n)", "n2logn"),
        (n * n * m, "O(n²·m)", "cubic"),
        (n * n * n * n, "O(n⁴)", "polynomial"),
        (n.exponential(), "O(2^n)", "exponential"),
        (n + n * n + m, "O(n² + m)", "quadratic"),
        (n.over(k), "O(n/k)", "linear"),
        ((n * m).over(k * k), "O(m·n/k²)", "quadratic"),
        (ONE.over(k), "O(1/k)", "constant"),
        (n.over(n + k), "O(n)", "linear"),
        (UNKNOWN * n, "unknown", "unknown"),
    ],
)
def test_how_costs_print(cost: Cost, printed: str, time_class: str) -> None:
    assert str(cost) == printed
    assert cost.time_class == time_class


def test_a_size_reached_from_the_element_adds_up() -> None:
    lines = Size("|order.lines|", loops=(1,))
    assert str(Cost.of(lines).summed(1, n)) == "O(n + Σ|order.lines|)"
    assert str(Cost.of(lines).summed(2, n)) == "O(n·|order.lines|)"


def test_a_size_shared_by_all_turns_adds_up_to_its_total() -> None:
    steps = Size("steps", loops=(1,), total=m)
    assert str(Cost.of(steps).summed(1, n)) == "O(m + n)"


def test_pairs_within_each_group_are_bounded_by_the_largest_group() -> None:
    group = Size("|group|", loops=(1,))
    assert (Cost.of(group) * Cost.of(group)).summed(1, n).degree == 2


def test_parts_of_the_turn_add_up_harmonically() -> None:
    turn = Cost.of(Size("i", loops=(1,), counter=True))
    assert str(m.over(turn).summed(1, n)) == "O(m log n + n)"
    assert str(m.over(turn * turn).summed(1, n)) == "O(m + n)"
    assert str(m.over(turn).largest(1)) == "O(m)"
    assert str(m.over(Cost.of(Size("step", loops=(1,)))).summed(1, n)) == "O(m·n)"


def test_only_an_exact_size_divides() -> None:
    assert str(n.over(k).substitute({K: m}.get)) == "O(n/m)"
    assert str(n.over(k).substitute({K: m + n}.get)) == "O(n)"
    assert str(n.over(k).substitute({K: m}.get, lambda size: False)) == "O(n)"


def test_a_product_of_very_many_sizes_is_not_told() -> None:
    many = [Cost.of(Size(f"s{i}")) for i in range(MAX_FACTORS + 1)]
    told = reduce(mul, many[:-1], ONE)
    assert (told.degree, told.unknown) == (MAX_FACTORS, False)
    assert str(reduce(mul, many, ONE)) == "unknown"
    assert str(told + m) == f"O({told.formula()} + m)"


def test_the_log_of_a_product_is_a_sum_of_logs() -> None:
    assert str((n * m).log()) == "O(log m + log n)"


@pytest.mark.parametrize(
    ("text", "printed"),
    [("n log n", "O(n log n)"), ("n + k", "O(m + n)"), ("1", "O(1)"), ("sqrt n", "O(√n)")],
)
def test_formulas_of_the_tables(text: str, printed: str) -> None:
    assert str(formula(text, {"n": n, "k": m}.__getitem__)) == printed


@pytest.mark.parametrize("language", sorted(FOLDERS))
def test_every_word_of_the_tables_is_known(language: str) -> None:
    tables = operations(language)
    rows = [*tables.function.values(), *(row for kind in tables.type.values() for row in kind.values())]
    words = {word for row in rows for word in f"{row.time} {row.size} {row.grows}".split()}
    assert words <= {*WORDS, "1", "+", "log", "sqrt"}
