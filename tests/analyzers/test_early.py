"""What is told of a file before all of it is known stays as it was told."""

from __future__ import annotations

import pytest

from analyzers import check, extract, languages
from analyzers.early import order
from analyzers.findings import Finding
from analyzers.project.index import Project
from analyzers.text import Text

PATH = "/w/shop/stock.py"
HELPED = '''
def of_user(cursor, user):
    cursor.execute("SELECT name FROM books WHERE user = %s", [user])
    return cursor.fetchone()


def names(cursor, users: list[str]) -> list[str]:
    """All names, the long way."""
    found = []
    for user in users:
        found.append(of_user(cursor, user))
    return found


def first(cursor, users: list[str]) -> None:
    for user in users:
        of_user(cursor, user)


def missing(wanted: list[str], held: list[str]) -> list[str]:
    """Those that are not held, with more to say than the shortest."""
    out = []
    for name in wanted:
        if name not in held:
            out.append(name)
    return out
'''


def states(source: str) -> tuple[list[tuple[Finding, ...]], tuple[Finding, ...]]:
    """What is told after each function that is looked at, and in the end."""
    text, project = Text.of(source), Project()
    project.update(PATH, extract.facts_of(text.source, languages.PYTHON))
    checking = check.Checking(project, PATH, text, check.Options(), smallest_first=True)
    told = []
    while not checking.go_on(lambda: True):
        told.append(checking.found())
    assert checking.found() == check.check(project, PATH, text)
    return told, checking.found()


def test_what_is_told_in_another_way_later_is_not_told_before() -> None:
    told, whole = states(HELPED)
    queries = [one for one in whole if one.rule == "query-in-loop"]
    assert [one.function for one in queries] == ["names", "first"]
    assert "is told in `names`" in queries[1].message  # which is shorter, and so is looked at before
    assert any(told)
    for some in told:
        for one in some:
            assert (one.rule, one.place, one.message, one.severity) in [
                (end.rule, end.place, end.message, end.severity) for end in whole
            ]


def test_what_leads_nowhere_is_looked_at_first() -> None:
    facts = extract.facts_of(HELPED.encode(), languages.PYTHON)
    assert [one.name for one in order(facts, Text.of(HELPED))] == ["missing", "first", "names"]
    told, _ = states(HELPED)
    assert [one.function for one in told[0]] == ["missing"]


SEARCHES = """
def shown(rows):
    for row in rows:
        print(row)


def few(rows):
    return [row for row in rows if row in ("a", "b")]


def counted(rows, total=0):
    for row in rows:
        total = total + 1
    return total


def {name}(rows, held):
    \"\"\"Longer than the others, and all that has something to say.\"\"\"
    out = []
    for row in rows:
        {done}
    return out
"""
DONE = {
    "looked up": "out.extend([row] if row not in held else [])",
    "asked for its place": "out.append(held.index(row))",
    "cut": "out.append(held[1:])",
    "put together": "out = out + [row]",
}


@pytest.mark.parametrize("what", DONE)
def test_what_may_hide_a_loop_is_looked_at_before_what_is_shorter(what: str) -> None:
    source = SEARCHES.replace("{name}", "sought").replace("{done}", DONE[what])
    facts = extract.facts_of(source.encode(), languages.PYTHON)
    assert [one.name for one in order(facts, Text.of(source))] == ["sought", "shown", "few", "counted"]


def test_of_what_may_hide_one_that_comes_first_which_leads_nowhere() -> None:
    source = SEARCHES.replace("{name}", "sought").replace("{done}", DONE["cut"])
    source += "\n\ndef led(rows):\n    return [few(rows[1:]) for row in rows]\n\n\ndef leads(rows):\n    return [few(row) for row in rows]\n"
    facts = extract.facts_of(source.encode(), languages.PYTHON)
    found = [one.name for one in order(facts, Text.of(source))]
    assert found == ["sought", "led", "shown", "few", "counted", "leads"]
