"""Local fixes keep the answer: each is applied, and both versions are run on generated input.

The fixed code must parse, keep every comment, give the same result or the same kind of error, and have no finding of
that rule left. What is not certain must not be called so: those cases stand below.
"""

from __future__ import annotations

import copy
import io
import tokenize
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzers.findings import Finding
from tests.analyzers.test_rules import findings, fixed

NUMBERS = st.lists(st.integers(-4, 6), max_size=7)
WORDS = st.lists(st.sampled_from(["a", "b", "ab", "", "c"]), max_size=7)
ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=7)

HEAD = """\
from dataclasses import dataclass


@dataclass
class Row:
    key: int
    value: int


def rows_of(pairs: list[tuple[int, int]]) -> list[Row]:
    return [Row(key, value) for key, value in pairs]


"""

CASES: dict[str, tuple[str, str, tuple[st.SearchStrategy[object], ...]]] = {}


def case(title: str, rule: str, code: str, *inputs: st.SearchStrategy[object]) -> None:
    CASES[title] = (rule, code, inputs)


case(
    "a join that collects pairs",
    "nested-scan",
    HEAD
    + """\
def answer(left: list[Row], right: list[Row]) -> list[tuple[int, int]]:
    found = []
    for one in left:
        # Every row of the other side, in its order.
        for other in right:  # the other side
            if other.key == one.key:  # the join
                # Keep both.
                found.append((one.value, other.value))

                found.append((0, 0))  # a mark
    return found
""",
    ROWS,
    ROWS,
)
case(
    "the first match, and what is said without one",
    "nested-scan",
    HEAD
    + """\
def answer(left: list[Row], right: list[Row]) -> list[int]:
    found = []
    for one in left:
        for other in right:
            if one.key == other.key:
                found.append(other.value)
                break
        else:
            found.append(-1)
    return found
""",
    ROWS,
    ROWS,
)
case(
    "a second condition on the same line",
    "nested-scan",
    HEAD
    + """\
def answer(left: list[Row], right: list[Row]) -> int:
    total = 0
    for one in left:
        for other in right:
            if other.key == one.key and other.value > 3: total += other.value; continue
    return total
""",
    ROWS,
    ROWS,
)
case(
    "returned from the middle",
    "nested-scan",
    HEAD
    + """\
def answer(left: list[Row], right: list[Row]) -> int | None:
    for one in left:
        if one.value > 4:
            for other in right:
                if other.key == one.key:
                    return other.value
    return None
""",
    ROWS,
    ROWS,
)
case(
    "next() in a comprehension",
    "nested-scan",
    HEAD
    + """\
def answer(left: list[Row], right: list[Row]) -> list[Row | None]:
    return [next((other for other in right if other.key == one.key), None) for one in left]
""",
    ROWS,
    ROWS,
)
case(
    "any() and a name that is in use",
    "nested-scan",
    HEAD
    + """\
def answer(left: list[Row], right: list[Row]) -> list[bool]:
    right_keys = 3
    return [not any(other.key == one.key for other in right) for one in left if one.value != right_keys]
""",
    ROWS,
    ROWS,
)
case(
    "a filter that is summed",
    "nested-scan",
    HEAD
    + """\
def answer(left: list[Row], right: list[Row]) -> list[int]:
    other = 0
    totals = []
    for one in left:
        totals.append(sum(other.value for other in right if other.key == one.key))
        other += 1
    return [*totals, other]
""",
    ROWS,
    ROWS,
)
case(
    "membership in a list",
    "membership-in-list",
    """\
def answer(words: list[str], known: list[str]) -> list[str]:
    return [word for word in words if word in known]
""",
    WORDS,
    WORDS,
)
case(
    "membership in a list that grows",
    "membership-in-list",
    """\
def answer(words: list[str]) -> list[str]:
    seen = []  # in order
    for word in words:
        if word not in seen:
            seen.append(word)  # once
    return seen
""",
    WORDS,
)
case(
    "count()",
    "membership-in-list",
    """\
def answer(words: list[str], asked: list[str]) -> list[int]:
    found = []
    for word in asked:
        found.append(words.count(word))
    return found
""",
    WORDS,
    WORDS,
)
case(
    "index() of the list's own elements",
    "membership-in-list",
    """\
def answer(words: list[str]) -> list[int]:
    found = []
    for word in words:
        found.append(words.index(word))
    return found
""",
    WORDS,
)
case(
    "a sum",
    "invariant-in-loop",
    """\
def answer(values: list[int], others: list[int]) -> list[int]:
    return [value * sum(others) for value in values]
""",
    NUMBERS,
    NUMBERS,
)
case(
    "a maximum of what the loop runs over",
    "invariant-in-loop",
    """\
def answer(values: list[int]) -> list[int]:
    found = []
    for value in values:
        found.append(max(values) - value)  # the distance
    return found
""",
    NUMBERS,
)
case(
    "sorted, and looked at",
    "invariant-in-loop",
    """\
def answer(values: list[int], others: list[int]) -> list[int]:
    found = []
    for position, value in enumerate(values):
        if value > 0:
            for other in sorted(others):
                found.append(other + position)
    return found
""",
    NUMBERS,
    NUMBERS,
)
case(
    "a set made for each question",
    "invariant-in-loop",
    """\
def answer(words: list[str], known: list[str]) -> int:
    count = 0
    for word in words:
        if word in set(known):
            count += 1
    return count
""",
    WORDS,
    WORDS,
)
case(
    "a queue",
    "copy-in-loop",
    """\
def answer(values: list[int]) -> list[int]:
    order = []
    queue = list(values)  # what is left to do
    while queue:
        value = queue.pop(0)  # the oldest
        order.append(value if queue else -value)
        if len(queue) > 3 and 2 in queue:
            queue.pop()
    return order
""",
    NUMBERS,
)
case(
    "a queue that may run empty",
    "copy-in-loop",
    """\
def answer(values: list[int]) -> list[int]:
    order: list[int] = []
    queue: list[int] = [3, 1]
    for value in values:
        if value > 0:
            queue.append(value)
        order.append(queue.pop(0))
        if queue and queue[0] == queue[-1] and 4 in queue:
            queue.remove(4)
    return order
""",
    NUMBERS,
)
case(
    "in front",
    "copy-in-loop",
    """\
def answer(values: list[int]) -> list[int]:
    newest = []
    for value in values:
        newest.insert(0, value * 2)
    return [one + 1 for one in newest]
""",
    NUMBERS,
)
case(
    "lists added up",
    "sum-of-lists",
    '''\
"""A module."""


def answer(lists: list[list[int]]) -> list[int]:
    return sum((part for part in lists if part), [])
''',
    st.lists(NUMBERS, max_size=4),
)
case(
    "lists added up, with the import there",
    "sum-of-lists",
    """\
import itertools as it


def answer(lists: list[list[int]]) -> list[int]:
    # All in one.
    return sum(lists, start=[])  # joined
""",
    st.lists(NUMBERS, max_size=4),
)
case(
    "recursion",
    "unmemoised-recursion",
    """\
def answer(n: int) -> int:
    # The rabbits of Pisa.
    if n < 2:
        return n
    return answer(n - 1) + answer(n - 2)
""",
    st.integers(-3, 12),
)


case(
    "a list that may be none, past a test for it",
    "membership-in-list",
    """\
def answer(values: list[int], known: list[int] | None = None) -> list[int]:
    if not values or known is None:
        return []
    return [value for value in values if value not in known]
""",
    NUMBERS,
    st.none() | NUMBERS,
)
case(
    "a list that may be none, where it is not",
    "membership-in-list",
    """\
from typing import Optional


def answer(values: list[int], known: Optional[list[int]]) -> list[int]:
    found = list(values)
    if known:
        found = [value for value in values if value in known]
    return found
""",
    NUMBERS,
    st.none() | NUMBERS,
)
case(
    "a list that has another value than none by then",
    "membership-in-list",
    """\
def answer(values: list[int], known: list[int] | None = None) -> list[int]:
    known = known or []
    return [value for value in values if value in known]
""",
    NUMBERS,
    st.none() | NUMBERS,
)


def found_by(code: str, rule: str) -> list[Finding]:
    return [found for found in findings(code) if found.rule == rule]


def comments(code: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)


def outcome(function: Callable[..., object], arguments: tuple[object, ...]) -> object:
    try:
        return repr(function(*copy.deepcopy(arguments)))
    except Exception as problem:
        return type(problem)


def load(code: str) -> dict[str, object]:
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(code, "example.py", "exec", dont_inherit=True), names)
    return names


@pytest.mark.parametrize("title", CASES)
def test_a_certain_fix_keeps_the_answer(title: str) -> None:
    rule, code, inputs = CASES[title]
    (found,) = found_by(code, rule)
    (fix,) = found.fixes
    assert fix.certain
    after = fixed(code, fix)
    assert not found_by(after, rule), after
    assert comments(after) == comments(code)
    before_names, after_names = load(code), load(after)

    def given_to(names: dict[str, object], values: tuple[object, ...]) -> tuple[object, ...]:
        rows_of = names.get("rows_of")
        return tuple(rows_of(value) for value in values) if callable(rows_of) else values

    @settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
    @given(st.tuples(*inputs))
    def same(values: tuple[object, ...]) -> None:
        was, now = before_names["answer"], after_names["answer"]
        assert callable(was)
        assert callable(now)
        expected = outcome(was, given_to(before_names, values))
        assert outcome(now, given_to(after_names, values)) == expected, after

    same()


@pytest.mark.parametrize("title", CASES)
def test_a_fix_works_with_other_line_ends_and_tabs(title: str) -> None:
    rule, code, _ = CASES[title]
    for variant in (code.replace("    ", "\t"), code.replace("\n", "\r\n")):
        (found,) = found_by(variant, rule)
        (fix,) = found.fixes
        after = fixed(variant, fix)
        load(after)
        assert variant.count("\r\n") == 0 or after.count("\n") == after.count("\r\n")


NOT_CERTAIN = {
    "the rows may not be hashable": """\
def answer(left, right):
    for one in left:
        for other in right:
            if other.key == one.key:
                print(other)
""",
    "the rows change in the loop": HEAD
    + """\
def answer(left: list[Row], right: list[Row]) -> None:
    for one in left:
        for other in right:
            if other.key == one.key:
                print(other)
        right.append(one)
""",
    "the keys change in the loop": HEAD
    + """\
def answer(left: list[Row], right: list[Row]) -> None:
    for one in left:
        for other in right:
            if other.key == one.key:
                other.key = 3
""",
    "the last row is used after the loop": HEAD
    + """\
def answer(left: list[Row], right: list[Row]) -> Row:
    for one in left:
        for other in right:
            if other.key == one.key:
                print(other)
    return other
""",
    "what another function does to the list is not known": """\
def answer(words: list[str], known: list[str]) -> int:
    count = 0
    for word in words:
        count += known.count(word)
        learn(known, word)
    return count
""",
    "what is missing raises another error": """\
def answer(words: list[str], known: list[str]) -> list[int]:
    return [known.index(word) for word in words]
""",
    "the maximum of nothing raises": """\
def answer(values: list[int], others: list[int]) -> list[int]:
    return [value - max(others) for value in values]
""",
    "each turn keeps a list of its own": """\
def answer(values: list[int], others: list[int]) -> list[list[int]]:
    found = []
    for value in values:
        found.append(sorted(others))
    return found
""",
    "the list is handed out": """\
def answer(values: list[int]) -> list[int]:
    newest = []
    for value in values:
        newest.insert(0, value)
    return newest
""",
    "a deque cannot be sliced": """\
def answer(values: list[int]) -> int:
    queue = list(values)
    count = 0
    while queue:
        queue.pop(0)
        count += len(queue[:3])
    return count
""",
    "the list may be none, which the loop asks for": """\
def answer(words: list[str], known: list[str] | None = None) -> list[str]:
    return [word for word in words if known is None or word not in known]
""",
    "a list that is not annotated may be none where the loop asks for it": """\
def answer(words: list[str], table: dict[str, list[str]]) -> list[str]:
    known = table.get("known")
    found = []
    for word in words:
        if known and word in known:
            found.append(word)
    return found
""",
    "a list that may be none again after the test for it": """\
def answer(words: list[str], table: dict[str, list[str]], known: list[str] | None) -> list[str]:
    if known is None:
        return []
    known = table.get("known")
    return [word for word in words if known is not None and word in known]
""",
    "the numbers may be none, and are added up for each": """\
from typing import Optional


def answer(values: list[int], others: Optional[list[int]]) -> list[float]:
    return [value / sum(others) for value in values]
""",
    "the rows may be none": HEAD
    + """\
def answer(left: list[Row], right: list[Row] | None) -> int:
    count = 0
    for one in left:
        for other in right:
            if other.key == one.key:
                count += other.value
    return count
""",
    "whoever gave the list may change it between two turns": """\
def answer(words: list[str], known: list[str]):
    for word in words:
        if word not in known:
            yield word
""",
    "the function looks at something else, too": """\
rates = {}


def answer(n: int) -> int:
    if n < 2:
        return rates.get(n, n)
    return answer(n - 1) + answer(n - 2)
""",
}


@pytest.mark.parametrize("title", NOT_CERTAIN)
def test_nothing_is_called_certain_that_is_not(title: str) -> None:
    assert not [fix.title for found in findings(NOT_CERTAIN[title]) for fix in found.fixes if fix.certain]
