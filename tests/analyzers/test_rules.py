"""Every rule's own examples: the marked lines of a bad one are found, a good one is quiet. And the fixes."""

from __future__ import annotations

import pytest

from analyzers import languages, rules
from analyzers.check import check
from analyzers.extract import facts_of
from analyzers.findings import Finding, Fix
from analyzers.project.index import Project
from analyzers.rules.base import MARK, Example, Rule
from analyzers.text import Text

ENDINGS = {"python": ".py", "typescript": ".ts", "javascript": ".js"}
BAD = [(rule, example) for rule in rules.all_rules() for example in rule.bad]
GOOD = [(rule, example) for rule in rules.all_rules() for example in rule.good]


def findings(code: str, path: str = "/project/example.py") -> tuple[Finding, ...]:
    language = languages.for_path(path)
    assert language is not None
    project = Project()
    project.update(path, facts_of(code.encode(), language))
    return check(project, path, Text.of(code))


def ids(cases: list[tuple[Rule, Example]]) -> list[str]:
    return [f"{rule.name}: {example.title}" for rule, example in cases]


@pytest.mark.parametrize(("rule", "example"), BAD, ids=ids(BAD))
def test_bad_example_is_found(rule: Rule, example: Example) -> None:
    mark = MARK if example.language == "python" else MARK.replace("#", "//")
    text = Text.of(example.code)
    marked = {n for n, line in enumerate(example.code.splitlines()) if line.endswith(mark)}
    found = findings(example.code, "/project/example" + ENDINGS[example.language])
    assert {(text.line_of(f.place.span.start), f.rule) for f in found} == {(n, rule.name) for n in marked}
    assert marked


@pytest.mark.parametrize(("rule", "example"), BAD, ids=ids(BAD))
def test_every_finding_gives_its_evidence(rule: Rule, example: Example) -> None:
    for found in findings(example.code, "/project/example" + ENDINGS[example.language]):
        assert found.related, found.message
        assert found.message.endswith(".")
        assert found.cost.before


@pytest.mark.parametrize(("rule", "example"), GOOD, ids=ids(GOOD))
def test_good_example_is_quiet(rule: Rule, example: Example) -> None:
    assert findings(example.code, "/project/example" + ENDINGS[example.language]) == ()


def fixed(code: str, fix: Fix) -> str:
    source = code.encode()
    for edit in sorted(fix.edits, key=lambda e: e.place.span.start, reverse=True):
        source = source[: edit.place.span.start] + edit.text.encode() + source[edit.place.span.end :]
    return source.decode()


@pytest.mark.parametrize(("rule", "example"), BAD, ids=ids(BAD))
def test_after_a_certain_fix_the_finding_is_gone_and_no_other_appears(rule: Rule, example: Example) -> None:
    path = "/project/example" + ENDINGS[example.language]
    before = findings(example.code, path)
    for found in before:
        for fix in found.fixes:
            code = fixed(example.code, fix)
            after = findings(code, path)
            assert len(after) == len(before) - 1, code
            if example.language == "python":
                compile(code, path, "exec")


def run(code: str, call: str) -> object:
    names: dict[str, object] = {}
    exec(compile(code, "example.py", "exec"), names)
    return eval(call, names)


UNIQUE = """\
def unique(names: list[str]) -> list[str]:
    seen = []
    for name in names:
        if name not in seen:
            seen.append(name)
    return seen
"""

ALLOWED = """\
def allowed(users: list[str], banned: list[str]) -> list[str]:
    kept = []
    for user in users:
        if user in banned:
            continue
        kept.append(user)
    return kept
"""


@pytest.mark.parametrize(
    ("code", "call"),
    [(UNIQUE, "unique(['b', 'a', 'b', 'c', 'a'])"), (ALLOWED, "allowed(['a', 'b', 'c', 'b'], ['b', 'x'])")],
)
def test_a_membership_fix_keeps_the_answer(code: str, call: str) -> None:
    (found,) = findings(code)
    (fix,) = found.fixes
    assert fix.certain
    assert run(fixed(code, fix), call) == run(code, call)


@pytest.mark.parametrize(
    "code",
    [
        # The list's elements are not known to be hashable.
        "def f(a, rows: list):\n    return [x for x in a if x in rows]\n",
        # Something else changes the list in the loop.
        UNIQUE.replace(
            "            seen.append(name)", "            seen.append(name)\n            seen.sort()"
        ),
        # The list is handed to code that may keep it.
        UNIQUE.replace("    return seen", "    keep(seen)\n    return seen").replace(
            "            seen.append(name)", "            seen.append(name)\n            keep(seen)"
        ),
        ALLOWED.replace(
            "        kept.append(user)", "        banned.append(user)\n        kept.append(user)"
        ),
    ],
)
def test_no_fix_where_it_is_not_certain(code: str) -> None:
    assert all(not found.fixes for found in findings(code))


def test_rule_names_are_words_that_say_what_is_seen() -> None:
    names = [rule.name for rule in rules.all_rules()]
    assert len(names) == len(set(names))
    assert all(name.islower() and name.replace("-", "").isalpha() for name in names)
    assert rules.get("nested-scan") is not None
    assert rules.get("no-such-rule") is None


def test_one_place_is_reported_once() -> None:
    for rule, example in BAD:
        found = findings(example.code, "/project/example" + ENDINGS[example.language])
        text = Text.of(example.code)
        lines = [text.line_of(one.place.span.start) for one in found]
        assert len(lines) == len(set(lines)), rule.name
