"""Random edits of any file of a small Django project: what was remembered gives what a fresh project gives."""

from __future__ import annotations

import random

import pytest

from analyzers import extract, languages
from analyzers.check import check, complexity
from analyzers.project.index import Project
from analyzers.text import Text

MODELS = """from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=80)

    def label(self):
        return {label}


class Book(models.Model):
    title = models.CharField(max_length=80)
    author = models.{author}

    def __str__(self):
        return {text}
"""
QUERIES = """from shop.models import Author, Book


def books(wanted):
    rows = Book.objects.{chosen}
    return rows


def described(book):
    return {described}


def made(name):
    return {made}
"""
ADMIN = """from django.contrib import admin

from shop.models import Author

{registered}
"""
VIEWS = """from django.shortcuts import render

from shop.models import Author
from shop.queries import books, described


def report(request):
    lines = []
    for book in books(request.GET):
        lines.append({line})
    for author in Author.objects.all():
        lines.append(author.{asked})
    return lines


def listing(request):
    return render(request, "shop/books.html", {{"books": books(request.GET)}})
"""
PAGE = "{{% for book in books %}}<p>{{{{ {shown} }}}}</p>{{% endfor %}}\n"

FOREIGN = "ForeignKey(Author, on_delete=models.CASCADE)"
CHOICES = {
    "shop/models.py": (
        MODELS,
        {
            "label": ["self.name", "self.book_set.count()", "len(list(self.book_set.all()))"],
            "author": [FOREIGN, "JSONField()", "OneToOneField(Author, on_delete=models.CASCADE)"],
            "text": ["self.title", "self.author.name", "f'{self.title} {self.author.label()}'"],
        },
    ),
    "shop/queries.py": (
        QUERIES,
        {
            "chosen": ["all()", "select_related('author')", "filter(title=wanted)", "values('title')"],
            "described": ["book.title", "book.author.name", "str(book)", "book.author.label()"],
            "made": ["name", "Author(name=name)", "Author.objects.get_or_create(name=name)"],
        },
    ),
    "shop/admin.py": (
        ADMIN,
        {"registered": ["admin.site.register(Author)", "", "admin.site.register([Author])"]},
    ),
    "shop/views.py": (
        VIEWS,
        {
            "line": ["described(book)", "book.title", "[b for b in books(book)]"],
            "asked": ["name", "label()", "book_set.all()"],
        },
    ),
    "shop/templates/shop/books.html": (
        PAGE,
        {"shown": ["book.title", "book.author.name", "book", "book.author.label"]},
    ),
}
PYTHON = [path for path in CHOICES if path.endswith(".py")]
Picked = dict[str, dict[str, str]]


def source(path: str, picked: Picked) -> str:
    template, _ = CHOICES[path]
    return template.format(**picked[path])


def learn(project: Project, path: str, text: str) -> None:
    language = languages.for_path("/srv/" + path)
    assert language is not None
    project.update("/srv/" + path, extract.facts_of(text.encode(), language))


def told(project: Project, picked: Picked, paths: list[str], reports: bool) -> list[object]:
    found: list[object] = []
    for path in paths:
        found += check(project, "/srv/" + path, Text.of(source(path, picked)))
        if reports:
            found += complexity(project, "/srv/" + path)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_what_is_remembered_is_what_a_fresh_project_says(seed: int) -> None:
    rng = random.Random(seed)
    picked: Picked = {
        path: {key: vs[0] for key, vs in choices.items()} for path, (_, choices) in CHOICES.items()
    }
    project = Project()
    learn(project, "shop/__init__.py", "")
    for path in CHOICES:
        learn(project, path, source(path, picked))
    seen = set()
    for step in range(40):
        path = rng.choice(list(CHOICES))
        key, variants = rng.choice(list(CHOICES[path][1].items()))
        picked[path][key] = rng.choice(variants)
        learn(project, path, source(path, picked))
        fresh = Project()
        learn(fresh, "shop/__init__.py", "")
        for each in CHOICES:
            learn(fresh, each, source(each, picked))
        # Now only one file is looked at, as in an editor, now all of them; with and without lenses.
        looked = rng.sample(PYTHON, rng.randint(1, len(PYTHON)))
        reports = rng.random() < 0.3
        now = told(project, picked, looked, reports)
        assert now == told(fresh, picked, looked, reports), (step, picked)
        seen.add(repr(now))
    assert len(seen) > 5, "the edits change what is told"


FORM = """class FormData:
    def __init__(self) -> None:
        if isinstance(fields, dict):
            fields = (fields,)
        self.add_fields(*fields)

    def add_field(self, kind: str | None = None, name: str | None = None) -> None:
        if isinstance(value, (io.IOBase, bytes, bytearray, memoryview)):
            if not isinstance(kind, str):
                raise TypeError()
                raise ValueError()
        self._fields.append((options, headers, value))

    def add_fields(self, *fields: Any) -> None:
        to_add = list(fields)
        while to_add:
            rec = to_add.pop(0)
            if isinstance(rec, io.IOBase):
                self.add_field(k, rec)
        return payload.BytesPayload()

    def parts(self) -> multipart.MultipartWriter:
        for options, headers, value in self._fields:
            try:
                if hdrs.CONTENT_TYPE in headers:
                    part = payload.get_payload()
                    part = payload.get_payload()
            except Exception as exc:
                raise TypeError() from exc
"""


def test_what_is_kept_of_a_cycle_is_of_the_project_as_it_stands() -> None:
    """The first question after the edit is asked by what looks whether a remembered answer is right."""
    project, path = Project(), "form.py"
    mended = FORM.replace("        to_add = list(fields)\n", "").replace(
        "            rec = to_add.pop(0)\n", ""
    )
    for text, count in ((FORM, 1), (mended, 0)):
        learn(project, path, text)
        found = check(project, f"/srv/{path}", Text.of(text))
        assert len([finding for finding in found if finding.rule == "copy-in-loop"]) == count
