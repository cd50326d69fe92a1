"""What is said of a file is the same whatever else is checked with it, and in which order.

Programs are made at random: functions over several files that call each other, in long chains and in circles, some
with a loop, some with a query. Each file is checked by itself in a project of its own, which is the truth here; then
all files are checked in one project, in orders at random.
"""

from __future__ import annotations

import random

import pytest
from project_files import project_of

from analyzers.check import check, complexity
from analyzers.findings import Finding
from analyzers.project.index import Project
from analyzers.text import Text

FILES = 6
MODELS = """\
from django.db import models

class Book(models.Model):
    title = models.CharField(max_length=100)
"""
BODIES = (
    "    return {call}(xs, one)",
    "    for x in xs:\n        {call}(xs, x)",
    "    for x in xs:\n        if x in seen:\n            continue\n        seen.append(x)\n    {call}(seen, one)",
    "    if one:\n        return {call}(xs, one)\n    return {other}(xs, one)",
    "    {call}(xs, one)\n    return {other}(xs, [])",
    "    return Book.objects.get(pk=one)",
)

Texts = dict[str, str]


def program(choose: random.Random, functions: int, back: float) -> Texts:
    """Functions f0, f1, ... that call later ones, and with that probability any other."""

    def callee(number: int) -> str:
        if choose.random() < back:
            return f"f{choose.randrange(functions)}"
        return f"f{min(number + choose.choice((1, 1, 2)), functions - 1)}"

    home = {number: choose.randrange(FILES) for number in range(functions)}
    parts: dict[int, list[str]] = {}
    for number in range(functions):
        weights = (8, 3, 2, 3, 3, 1 if number < functions - 1 else 999)
        body = choose.choices(BODIES, weights)[0].format(call=callee(number), other=callee(number))
        parts.setdefault(home[number], []).append(
            f"def f{number}(xs: list[int], one=None):\n    seen = []\n{body}\n"
        )
    imports = "from shop.models import Book\n" + "".join(
        f"from shop.part{place} import f{number}\n" for number, place in home.items()
    )
    texts = {
        f"/p/shop/part{place}.py": imports + "\n\n" + "\n\n".join(written) for place, written in parts.items()
    }
    return {"/p/shop/__init__.py": "", "/p/shop/models.py": MODELS, **texts}


def found(project: Project, texts: Texts, path: str) -> tuple[Finding, ...]:
    return check(project, path, Text.of(texts[path]))


@pytest.mark.parametrize(("functions", "back"), [(60, 0.0), (30, 0.1), (24, 0.35), (70, 0.03)])
@pytest.mark.parametrize("seed", range(4))
def test_files_dealt_out_in_any_order_give_the_same_findings(seed: int, functions: int, back: float) -> None:
    choose = random.Random(f"{seed} {functions} {back}")
    texts = program(choose, functions, back)
    alone = {path: found(project_of(texts), texts, path) for path in texts}
    for _ in range(3):
        order = choose.sample(sorted(texts), len(texts))
        project = project_of({path: texts[path] for path in choose.sample(sorted(texts), len(texts))})
        for path in order:
            assert found(project, texts, path) == alone[path], f"{path}, checked in the order {order}"
        for path in order:  # As in an editor: asked again, with costs asked in between.
            complexity(project, path)
            assert found(project, texts, path) == alone[path], f"{path}, asked again"


def test_a_query_at_the_end_of_a_long_chain_is_found() -> None:
    chain = "\n\n".join(f"def f{n}(one):\n    return f{n + 1}(one)" for n in range(40))
    source = f"from shop.models import Book\n\n\ndef show(ones):\n    for one in ones:\n        f0(one)\n\n\n{chain}\n\n\ndef f40(one):\n    return Book.objects.get(pk=one)\n"
    texts = {"/p/shop/__init__.py": "", "/p/shop/models.py": MODELS, "/p/shop/chain.py": source}
    path = "/p/shop/chain.py"
    assert [finding.rule for finding in found(project_of(texts), texts, path)] == ["query-in-loop"]


SHELVES = """\
from django.db import models

class Shelf(models.Model):
    name = models.CharField(max_length=100)

    @property
    def newest(self):
        return self.books.order_by("-pk").first()

class Tome(models.Model):
    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name="books")
"""
LOOP = """\
from shop.shelves import Shelf

def {name}():
    for shelf in Shelf.objects.all():
        print(shelf.newest)
"""


def shelved() -> Texts:
    """A property that asks the database, called by a loop in each of three files."""
    loops = {f"/p/shop/{name}.py": LOOP.format(name=name) for name in ("page", "report", "task")}
    return {"/p/shop/__init__.py": "", "/p/shop/shelves.py": SHELVES, **loops}


def severities(project: Project, texts: Texts) -> dict[str, list[str]]:
    return {
        path.rpartition("/")[2]: [finding.severity.label for finding in found(project, texts, path)]
        for path in texts
    }


def test_a_cause_of_many_files_is_told_at_the_cause_whichever_file_is_checked_first() -> None:
    texts = shelved()
    alone = {path: found(project_of(texts), texts, path) for path in texts}
    told = severities(project_of(texts), texts)
    assert told == {
        "__init__.py": [],
        "shelves.py": ["warning"],
        **{key: ["information"] for key in ("page.py", "report.py", "task.py")},
    }
    for order in (sorted(texts), sorted(texts, reverse=True)):
        project = project_of(texts)
        for path in order:
            assert found(project, texts, path) == alone[path], f"{path}, checked in the order {order}"


def test_a_cause_that_an_edit_leaves_to_few_files_is_told_at_their_loops() -> None:
    texts = shelved()
    project = project_of(texts)
    severities(project, texts)
    for name in ("report", "task"):
        texts[f"/p/shop/{name}.py"] = f"def {name}():\n    pass\n"
        project.update(f"/p/shop/{name}.py", project_of(texts).facts(f"/p/shop/{name}.py"))
    assert severities(project, texts) == severities(project_of(texts), texts)
    assert severities(project, texts)["page.py"] == ["warning"]
