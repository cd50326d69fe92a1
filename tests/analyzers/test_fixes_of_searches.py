"""How the fixes of searches and sums look: what they share, where their imports go, and what they are not sure of."""

from __future__ import annotations

import pytest

from analyzers.check import check
from analyzers.findings import Finding
from analyzers.text import Text
from lsp_server.fixes import apply_edits, certain_edits
from tests.analyzers.project_files import project_of
from tests.analyzers.test_rules import findings, fixed

PATH = "/project/example.py"


def found_by(code: str, rule: str) -> list[Finding]:
    return [found for found in findings(code) if found.rule == rule]


def all_fixed(code: str, rule: str) -> str:
    """The code after all that is certain, in as many rounds as it takes."""
    while True:
        taken, count = certain_edits(found_by(code, rule))
        if not count:
            return code
        code = apply_edits(code.encode(), taken[PATH]).decode()


@pytest.mark.parametrize(
    ("names", "sought", "certain"),
    [
        ("list[str]", "str", True),
        ("tuple[int, ...]", "int", True),
        ("list[str]", "object", False),
        ("list[str]", "list[str]", False),
        ("Sequence[str]", "str", False),
        ("Sequence[int]", "int", True),
    ],
)
def test_a_set_is_certain_where_it_finds_what_the_list_does(names: str, sought: str, certain: bool) -> None:
    code = f"""\
from collections.abc import Sequence


def answer(names: {names}, others: list[{sought}]) -> list[{sought}]:
    return [other for other in others if other in names]
"""
    (found,) = found_by(code, "membership-in-list")
    assert [fix.certain for fix in found.fixes] == [certain]


def test_no_set_of_what_a_call_writes_out() -> None:
    code = "def answer(others: list[str], *names: str):\n    return [other for other in others if other in names]\n"
    assert not any(found.fixes for found in found_by(code, "membership-in-list"))


def test_searches_of_one_list_share_a_set() -> None:
    code = """\
def answer(i: list[int], j: list[int], n: int):
    rows = [k in i or k - n in j for k in range(n)]
    columns = [k in j or k - n in i for k in range(n)]
    if columns:
        return [k in j for k in range(n)]
    return rows, columns
"""
    wanted = """\
def answer(i: list[int], j: list[int], n: int):
    i_set = set(i)
    j_set = set(j)
    rows = [k in i_set or k - n in j_set for k in range(n)]
    columns = [k in j_set or k - n in i_set for k in range(n)]
    if columns:
        return [k in j_set for k in range(n)]
    return rows, columns
"""
    assert all_fixed(code, "membership-in-list") == wanted


def test_a_set_that_was_made_of_another_list_is_not_shared() -> None:
    code = """\
def answer(i: list[int], n: int):
    i_set = set(i)
    i.append(n)
    return [k in i for k in range(n)], i_set
"""
    assert "i_set_2 = set(i)" in all_fixed(code, "membership-in-list")


def test_a_set_beside_a_list_is_annotated_as_it_is_and_asked_wherever_it_can_be() -> None:
    code = """\
import typing as T


def answer(names: list[str], others: list[str]):
    seen: T.List[str] = []
    for name in names:
        if name not in seen:
            seen.append(name)
    for name in others:
        if name in seen:
            continue
        seen.append(name)
    return seen
"""
    (first, *_) = found_by(code, "membership-in-list")
    after = fixed(code, first.fixes[0])
    assert "    seen_set: T.Set[str] = set()\n" in after
    assert after.count("name not in seen_set") == after.count("name in seen_set") == 1
    assert after.count("seen_set.add(name)") == 2
    assert not found_by(after, "membership-in-list")


SUM = """\
def answer(rows: list[list[int]]) -> list[int]:
    return sum(rows, [])
"""


@pytest.mark.parametrize(
    ("imports", "wanted"),
    [
        ("", "from itertools import chain\n"),
        (
            "import re\nfrom math import inf\n\nimport attrs\n",
            "import re\nfrom itertools import chain\nfrom math import inf\n\nimport attrs\n",
        ),
        (
            "import re\nfrom collections import deque\n\nfrom . import this\n",
            "import re\nfrom collections import deque\nfrom itertools import chain\n\nfrom . import this\n",
        ),
        (
            "from __future__ import annotations\n\nimport attrs\n",
            "from __future__ import annotations\n\nfrom itertools import chain\n\nimport attrs\n",
        ),
        (
            "from __future__ import annotations\n",
            "from __future__ import annotations\n\nfrom itertools import chain\n",
        ),
        ("from itertools import count\n", "from itertools import chain, count\n"),
        ("from itertools import accumulate\n", "from itertools import accumulate, chain\n"),
        (
            "from itertools import (\n    count,\n    cycle,\n)\n",
            "from itertools import (\n    count,\n    cycle,\n)\nfrom itertools import chain\n",
        ),
    ],
)
def test_an_import_goes_where_imports_of_its_kind_are(imports: str, wanted: str) -> None:
    code = f"{imports}\n\n{SUM}"
    (found,) = found_by(code, "sum-of-lists")
    after = fixed(code, found.fixes[0])
    assert after[: after.index("def answer")].rstrip("\n") == wanted.rstrip("\n")


def test_a_sum_of_several_lines_stays_one() -> None:
    code = """\
def answer(rows: list[list[int]]) -> list[int]:
    return sum(
        (row for row in rows),
        [],
    )
"""
    (found,) = found_by(code, "sum-of-lists")
    assert fixed(code, found.fixes[0]).endswith("    return list(chain.from_iterable(row for row in rows))\n")
    long = code.replace(
        "(row for row", "(row for row_with_a_name_that_is_so_long_that_it_fills_the_line, row"
    )
    (found,) = found_by(long, "sum-of-lists")
    assert fixed(long, found.fixes[0]).endswith(
        """\
    return list(
        chain.from_iterable(
            row for row_with_a_name_that_is_so_long_that_it_fills_the_line, row in rows
        )
    )
"""
    )


def test_a_sum_on_several_lines_keeps_their_indentation() -> None:
    code = """\
class Pool:
    def watched(self, bars: list[list[str]]) -> list[str]:
        return sum((list(bar)
                    for bar in bars), [])
"""
    (found,) = found_by(code, "sum-of-lists")
    assert (
        fixed(code, found.fixes[0])
        == """\
from itertools import chain


class Pool:
    def watched(self, bars: list[list[str]]) -> list[str]:
        return list(
            chain.from_iterable(
                list(bar)
                for bar in bars
            )
        )
"""
    )


def test_two_findings_of_one_file_need_one_import() -> None:
    code = SUM + "\n\n" + SUM.replace("answer", "other")
    edits, count = certain_edits(found_by(code, "sum-of-lists"))
    assert (count, len(edits[PATH])) == (2, 3)


def test_a_list_of_its_own_is_the_same_at_every_yield() -> None:
    code = """\
def answer(words: list[str]):
    known = [word.upper() for word in words]
    for word in words:
        if word not in known:
            yield word
"""
    assert "    known_set = set(known)\n    for" in all_fixed(code, "membership-in-list")


def test_positions_of_a_comprehension_over_the_list_itself() -> None:
    code = "def answer(names: list[str]):\n    return [(names.index(name), name) for name in names]\n"
    after = all_fixed(code, "membership-in-list")
    assert "names_positions[name], name) for name in names" in after
    taken = code.replace("for name in names", "for name in names for name in [name + 'x']")
    assert all_fixed(taken, "membership-in-list") == taken


def test_a_list_that_is_sorted_afterwards_holds_what_it_held() -> None:
    code = """\
def answer(names: list[str]):
    seen = []
    for name in names:
        if name not in seen:
            seen.append(name)
    seen.sort()
    return seen
"""
    assert "if name not in seen_set:" in all_fixed(code, "membership-in-list")


def test_a_test_for_a_key_has_brackets_where_it_needs_them() -> None:
    code = """\
from dataclasses import dataclass


@dataclass
class Row:
    key: int


def answer(rows: list[Row], others: list[Row]):
    return [any(other.key == row.key for other in others) for row in rows]


def numbers(rows: list[Row], others: list[Row]):
    return [1 + any(other.key == row.key for other in others) for row in rows]
"""
    after = all_fixed(code, "nested-scan")
    assert "return [row.key in others_keys for row in rows]" in after
    assert "return [1 + (row.key in others_keys) for row in rows]" in after


FLASK = """\
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Author(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)


class Book(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    author_id = db.Column(db.ForeignKey("author.id"))
    author = db.relationship(Author)
"""


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("import flask\nfrom zope import here\n\n{own}", "import flask\n{new}from zope import here\n\n{own}"),
        ("import re\n\n{own}", "import re\n\n{new}\n{own}"),
        ("import re\n\nimport flask\n\n{own}", "import re\n\nimport flask\n{new}\n{own}"),
    ],
)
def test_an_import_of_another_package_stands_in_front_of_the_projects_own(before: str, wanted: str) -> None:
    own, new = "from shop.models import Book\n", "from sqlalchemy.orm import joinedload\n"
    loop = "\n\ndef answer():\n    return [book.author.name for book in Book.query]\n"
    code = before.format(own=own) + loop
    views = "/w/shop/views.py"
    project = project_of({"/w/shop/__init__.py": "", "/w/shop/models.py": FLASK, views: code})
    (found,) = check(project, views, Text.of(code))
    assert (
        fixed(code, found.fixes[0]).partition("\n\ndef")[0]
        == wanted.format(own=own, new=new).rstrip("\n") + "\n"
    )


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ("Mapped, aliased", "Mapped, aliased, joinedload"),
        ("Mapped, aliased, load_only", "Mapped, aliased, joinedload, load_only"),
        ("(\n    Mapped,\n    load_only,\n)", "(\n    Mapped,\n    joinedload,\n    load_only,\n)"),
    ],
)
def test_an_import_in_another_file_goes_among_those_of_its_module(names: str, wanted: str) -> None:
    models = f"from sqlalchemy.orm import {names}\n{FLASK}\n\ndef books():\n    return Book.query.all()\n"
    views = "from shop.models import books\n\n\ndef answer():\n    return [book.author.name for book in books()]\n"
    files = {"/w/shop/__init__.py": "", "/w/shop/models.py": models, "/w/shop/views.py": views}
    (found,) = check(project_of(files), "/w/shop/views.py", Text.of(views))
    assert fixed(models, found.fixes[0]).startswith(f"from sqlalchemy.orm import {wanted}\nfrom flask")


SHARED = {
    "a generator asks a list that grows while it is gone through": """\
def answer(words: list[str]) -> list[str]:
    seen = [word for word in words if word]
    seen.extend(word for word in words if word not in seen)
    return seen
""",
    "a generator asks the list when it is asked": """\
def answer(words: list[str], known: list[str]):
    return (word for word in words if word not in known)
""",
    "whoever was given the list may change it between two turns": """\
def answer(words: list[str]):
    known = [word.upper() for word in words]
    yield known
    for word in words:
        if word not in known:
            yield word
""",
    "others run at an await, who may have the list": """\
async def answer(words: list[str], known: list[str], send) -> None:
    for word in words:
        if word not in known:
            await send(word)
""",
    "what is sorted may be another list at the next turn": """\
def answer(values: list[int], others: list[int]):
    for value in values:
        for other in sorted(others):
            yield value, other
""",
}


@pytest.mark.parametrize("title", SHARED)
def test_a_list_that_others_may_change_meanwhile_is_not_looked_up_for_certain(title: str) -> None:
    assert not [fix.title for found in findings(SHARED[title]) for fix in found.fixes if fix.certain]
