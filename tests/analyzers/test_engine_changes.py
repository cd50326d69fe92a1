"""After any sequence of edits the answers are those of a project that was built anew from the same texts.

Also: what is remembered stays bounded, the order of questions and of files does not matter, and neither does the
seed of Python's hashes.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from analyzers import languages
from analyzers.check import check, complexity, summaries_of
from analyzers.extract import facts_of
from analyzers.findings import Finding, FunctionReport
from analyzers.project.index import Project
from analyzers.text import Text

MODELS = """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)

    def shown(self):
        return {shown}


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE{related})

    @property
    def credit(self):
        return {credit}
"""
SELECTORS = """\
from shop.models import Author, Book


def all_books():
    return Book.objects.{loaded}


def {name}(pk):
    return {one}
"""
PLAIN = """\
def unique(names: {kind}):
    seen = {empty}
    for name in names:
        if name not in seen:
            seen.{add}(name)
    return seen


def pages(xs, ys):
    for x in xs:
        {inner}
"""
VIEWS = """\
from shop.plain import unique, pages
from shop.selectors import all_books, {name}


def index(ids: list[str]):
    for book in all_books():
        print(book.{read})
    for pk in unique(ids):
        print({call}(pk))
    pages(ids, ids)


def nested(ids):
    def each(group):
        for book in all_books():
            print(book.author.name, group)

    return each
"""
USES = """\
from shop.views import index, nested


def main(groups):
    for group in groups:
        index(group)
        nested(group)({argument})
"""
CHOICES: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "/p/shop/__init__.py": ("", {}),
    "/p/shop/models.py": (
        MODELS,
        {
            "shown": (
                "self.name",
                "Book.objects.filter(author=self).count()",
                "[b.title for b in self.books.all()]",
            ),
            "related": ("", ", related_name='books'", ", null=True"),
            "credit": ("self.title", "self.author.name", "self.author.shown()"),
        },
    ),
    "/p/shop/selectors.py": (
        SELECTORS,
        {
            "loaded": (
                "all()",
                "select_related('author')",
                "prefetch_related('author')",
                "filter(title='x')",
            ),
            "name": ("author_of", "author_by_key"),
            "one": ("Author.objects.get(pk=pk)", "None", "unique_one(pk)"),
        },
    ),
    "/p/shop/plain.py": (
        PLAIN,
        {
            "kind": ("list[str]", "set[str]", "list"),
            "empty": ("[]", "set()"),
            "add": ("append", "add"),
            "inner": ("pages(x, ys)", "print(x)", "unique(ys)", "[y for y in ys if y == x]"),
        },
    ),
    "/p/shop/views.py": (
        VIEWS,
        {
            "name": ("author_of", "author_by_key"),
            "read": ("credit", "title", "author.name", "author.shown()"),
            "call": ("author_of", "author_by_key", "print"),
        },
    ),
    "/p/uses.py": (USES, {"argument": ("group", "[]", "index")}),
}

Answers = dict[str, tuple[tuple[Finding, ...], tuple[FunctionReport, ...]]]


def written(path: str, choose: random.Random) -> str:
    template, choices = CHOICES[path]
    text = template.format(**{name: choose.choice(options) for name, options in choices.items()})
    return "\n" * choose.choice((0, 0, 2)) + text


def put(project: Project, path: str, source: str) -> None:
    language = languages.for_path(path)
    assert language is not None
    project.update(path, facts_of(source.encode(), language))


def answers(project: Project, texts: dict[str, str], order: list[str] | None = None) -> Answers:
    return {
        path: (check(project, path, Text.of(texts[path])), complexity(project, path))
        for path in order or sorted(texts)
    }


def fresh(texts: dict[str, str], order: list[str] | None = None) -> Project:
    project = Project()
    for path in order or sorted(texts):
        put(project, path, texts[path])
    return project


def same(found: Answers, expected: Answers, said: str) -> None:
    for path, (findings, reports) in expected.items():
        assert found[path][0] == findings, f"{path}: {said}"
        assert found[path][1] == reports, f"{path}: {said}"


@pytest.mark.parametrize("seed", range(3))
def test_edits_give_what_a_fresh_project_gives(seed: int) -> None:
    choose = random.Random(seed)
    texts = {path: written(path, choose) for path in CHOICES}
    project = fresh(texts)
    seen = set()
    for step in range(25):
        path = choose.choice(sorted(CHOICES))
        if path in texts and choose.random() < 0.12:
            del texts[path]
            project.remove(path)
        else:
            texts[path] = written(path, choose)
            put(project, path, texts[path])
        expected = answers(fresh(texts), texts)
        same(answers(project, texts), expected, f"seed {seed}, step {step}, after {path}")
        seen |= {finding.rule for findings, _ in expected.values() for finding in findings}
    assert {"lazy-relation-in-loop"} <= seen  # The edits do reach findings.


def test_what_is_remembered_stays_bounded() -> None:
    choose = random.Random(7)
    texts = {path: written(path, choose) for path in CHOICES}
    project = fresh(texts)
    sizes = []
    for _ in range(300):
        path = choose.choice(sorted(CHOICES))
        texts[path] = written(path, choose)
        put(project, path, texts[path])
        answers(project, texts)
        memo = project.memo
        sizes.append(
            len(memo._answers) + len(memo._leaves) + sum(len(users) for users in memo._users.values())
        )
    assert max(sizes[200:]) <= 2 * max(sizes[:100]), (max(sizes[:100]), max(sizes[200:]))


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_files_and_questions_does_not_matter(seed: int) -> None:
    choose = random.Random(seed)
    texts = {path: written(path, choose) for path in CHOICES}
    expected = answers(fresh(texts), texts)
    for _ in range(3):
        added, asked = choose.sample(sorted(texts), len(texts)), choose.sample(sorted(texts), len(texts))
        project = fresh(texts, added)
        same(answers(project, texts, asked), expected, f"added {added}, asked {asked}")
        same(answers(project, texts, asked), expected, "asked again")


def test_costs_first_or_findings_first() -> None:
    choose = random.Random(3)
    texts = {path: written(path, choose) for path in CHOICES}
    expected = answers(fresh(texts), texts)
    project = fresh(texts)
    for path in texts:
        complexity(project, path)
    same(answers(project, texts), expected, "costs first")


def test_the_seed_of_hashes_does_not_matter() -> None:
    """The same answers in processes whose sets and dicts of strings are ordered differently."""
    root = Path(__file__).parent.parent.parent
    code = (
        "import random, sys; sys.path[:0] = [sys.argv[1], sys.argv[2]]\n"
        "import test_engine_changes as t\n"
        "for seed in range(3):\n"
        "    choose = random.Random(seed)\n"
        "    texts = {path: t.written(path, choose) for path in t.CHOICES}\n"
        "    print(t.answers(t.fresh(texts), texts))\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code, str(root), str(Path(__file__).parent)],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True,
        ).stdout
        for seed in ("0", "1", "42")
    }  # fmt: skip
    assert len(printed) == 1
    assert b"lazy-relation-in-loop" in printed.pop()


MANY = "\n".join(
    f"def f{n}(xs: list[int], ys: list[int]):\n    total = 0\n    for x in xs:\n        total += x\n    return g{n}(ys)\n\n"
    f"def g{n}(ys: list[int]):\n    for y in ys:\n        if y in ys:\n            return y\n"
    for n in range(30)
)


def test_an_edit_runs_the_function_it_is_in_and_no_other() -> None:
    """Only where what a function says of itself has changed are its callers run again."""
    python = languages.for_path("/w/a.py")
    assert python is not None
    project = Project()

    def runs(text: str) -> int:
        source = text.encode()
        project.update("/w/a.py", facts_of(source, python))
        before = summaries_of(project).runs
        check(project, "/w/a.py", Text(source))
        return summaries_of(project).runs - before

    assert runs(MANY) >= 60
    same_length = MANY.replace("g7(ys)\n", "g7(xs)\n", 1)
    assert runs(same_length) == 1
    assert runs(MANY) == 1
    assert runs(MANY.replace("    return g29(ys)\n", "    return g28(ys)\n", 1)) == 1
    assert runs(MANY) == 1
    assert runs(MANY) == 0


CYCLE = """\
class Tree:
    def __init__(self, parts: list[str]):
        self.parts = parts
        self.first = self.walk(parts)

    def walk(self, parts: list[str]):
        for part in parts:
            if part in self.parts:
                self.other(parts)
        return self.first

    def other(self, parts: list[str]):
        return [self.walk(parts) for part in parts if part in self.last()]

    def last(self):
        return self.other(self.parts) or self.walk(self.parts)

    def beside(self):
        {statement}
        return self.parts
"""


def test_an_edit_beside_a_cycle_runs_none_of_it() -> None:
    project = Project()
    source = CYCLE.format(statement="pass")
    put(project, "/w/a.py", source)
    text = Text(source.encode())
    check(project, "/w/a.py", text)
    complexity(project, "/w/a.py")
    for statement, most in (("count = 1", 2), ("pass", 2), ("self.walk(self.parts)", 8)):
        before = summaries_of(project).runs
        source = CYCLE.format(statement=statement)
        put(project, "/w/a.py", source)
        text = Text(source.encode())
        found = check(project, "/w/a.py", text), complexity(project, "/w/a.py")
        assert summaries_of(project).runs - before <= most, statement
        other = fresh({"/w/a.py": source})
        assert found == (check(other, "/w/a.py", text), complexity(other, "/w/a.py"))
