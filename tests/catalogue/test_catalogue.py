"""Runs the catalogue: the database says which cases grow and on which line, and `bigo` must say the same."""

from __future__ import annotations

import os

import pytest

from databases import postgres
from running import Case, cases, database, disagreements, observe, wrong_marks

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{c.module}.{c.name}" for c in CASES])
def test_case(case: Case) -> None:
    database(case.family)
    seen = observe(case)
    wrong = wrong_marks(case, seen)
    assert not wrong, "\n".join([*wrong, *dict.fromkeys(seen.statements)])
    found = disagreements(case, seen)
    if case.disagrees:
        assert found, f"agrees now: take `# disagrees: {case.disagrees}` away"
    else:
        assert not found, "\n".join(found)


DJANGO = [case for case in CASES if case.family == "django"]


@pytest.mark.parametrize("case", DJANGO, ids=[f"{c.module}.{c.name}" for c in DJANGO])
def test_postgresql_sees_the_same(case: Case) -> None:
    """The marks are true of a database across a socket, too."""
    if postgres.programs() is None:
        missing = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    database(case.family)
    seen = observe(case, vendor="postgresql")
    wrong = wrong_marks(case, seen)
    assert not wrong, "\n".join([*wrong, *dict.fromkeys(seen.statements)])


def test_there_are_cases() -> None:
    names = [(case.module, case.name) for case in CASES]
    assert len(names) == len(set(names))
