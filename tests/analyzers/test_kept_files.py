"""Files that nobody has open take few bytes and say the same; what all files say is kept right edit by edit."""

from __future__ import annotations

import random

import pytest

from analyzers import extract, languages
from analyzers.check import check, complexity
from analyzers.project import kept
from analyzers.project.concordance import Concordance
from analyzers.project.index import Project
from analyzers.project.kept import Kept
from analyzers.project.memo import Memo
from analyzers.project.survey import Survey, Surveyor, survey_of
from analyzers.syntax import parse
from analyzers.text import Text
from tests.analyzers.project_files import facts, project_of

MODELS = """from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=80)


class Book(models.Model):
    title = models.CharField(max_length=80)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)

    @property
    def by(self):
        return self.author.name
"""
LISTING = """from shop.models import Book


def listing():
    for book in Book.objects.all():
        print(book.by)
"""
FILES = {"/w/shop/__init__.py": "", "/w/shop/models.py": MODELS, "/w/shop/listing.py": LISTING}
FURTHER = {
    f"/w/shop/part{i}.py": f"from shop.models import Book\n\n\nclass Part{i}(Book):\n    pass\n"
    for i in range(30)
}


def packed(files: dict[str, str]) -> Project:
    project = Project()
    for path, text in files.items():
        project.update(path, Kept(kept.pack(facts(path, text))))
    return project


def said(project: Project, path: str, text: str) -> list[object]:
    project.update(path, facts(path, text))
    return [*check(project, path, Text(text.encode())), *complexity(project, path)]


def test_packed_files_say_what_whole_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {**FILES, **FURTHER}
    expected = said(project_of(files), "/w/shop/listing.py", LISTING)
    assert any("by" in str(one) for one in expected)
    assert said(packed(files), "/w/shop/listing.py", LISTING) == expected
    monkeypatch.setattr(kept, "MAX_UNPACKED", 1)  # what is looked at twice is unpacked twice
    assert said(packed(files), "/w/shop/listing.py", LISTING) == expected


def test_learning_a_project_unpacks_nothing_and_an_edit_nothing_more() -> None:
    project = packed({**FILES, **FURTHER})
    assert project.files.unpacked == 0
    said(project, "/w/shop/listing.py", LISTING)
    before = project.files.unpacked
    assert before
    said(project, "/w/shop/listing.py", LISTING.replace("print(book.by)", "print(book.by, book.title)"))
    assert project.files.unpacked == before


def test_a_model_that_changes_has_no_other_one_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    project = packed({**FILES, **FURTHER})
    said(project, "/w/shop/models.py", MODELS)
    said(project, "/w/shop/models.py", MODELS + "\n    def first(self):\n        return self.title\n")
    monkeypatch.setattr(kept, "MAX_UNPACKED", 1)
    before = project.files.unpacked
    said(project, "/w/shop/models.py", MODELS + "\n    def second(self):\n        return self.title\n")
    assert project.files.unpacked == before


def test_only_so_much_is_unpacked_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    project = packed(FURTHER)
    sizes = [len(kept.pack(facts(path, text))) for path, text in FURTHER.items()]
    monkeypatch.setattr(kept, "MAX_UNPACKED", 3 * max(sizes))
    for path in FURTHER:
        assert project.facts(path) == facts(path, FURTHER[path])
    last = list(FURTHER)[-1]
    assert project.files.unpacked == len(FURTHER)
    assert project.facts(last) is project.facts(last)
    project.facts(next(iter(FURTHER)))
    assert project.files.unpacked == len(FURTHER) + 1


def test_a_packed_file_takes_less_than_its_text() -> None:
    functions = "".join(
        f"def find_{i}(rows, wanted):\n    found = []\n    for row in rows:\n        if row in wanted:\n"
        f"            found.append(row.name_{i})\n    return found\n\n\n"
        for i in range(50)
    )
    assert Kept(kept.pack(facts("/w/a.py", functions))).bytes_held < len(functions)


def test_the_same_packed_again_is_no_change() -> None:
    project = packed(FILES)
    version = project.version
    project.update("/w/shop/models.py", Kept(kept.pack(facts("/w/shop/models.py", MODELS))))
    assert project.version == version


def test_a_packed_file_that_changed_changes_what_is_said() -> None:
    project = packed(FILES)
    before = said(project, "/w/shop/listing.py", LISTING)
    plain = MODELS.replace("self.author.name", "self.title")
    project.update("/w/shop/models.py", Kept(kept.pack(facts("/w/shop/models.py", plain))))
    after = said(project, "/w/shop/listing.py", LISTING)
    assert after != before
    assert after == said(packed({**FILES, "/w/shop/models.py": plain}), "/w/shop/listing.py", LISTING)


# ---------------------------------------------------------------------------------------- what all files say

PIECES = (
    "def f{i}(rows):\n    for row in rows:\n        print(row.lines, row.total)\n",
    "def g{i}(rows):\n    return rows.filter(lines__product='x').prefetch_related('lines__shop')\n",
    "class C{i}:\n    handler = g{i}\n\n    def total(self):\n        return 1\n",
    "import json as js{i}\n",
    "late = Prefetch('lines', queryset=rows)\n",
    "session = sessionmaker(expire_on_commit=False)\n",
)


def test_words_counted_edit_by_edit_are_those_of_all_files() -> None:
    for seed in range(30):
        dice = random.Random(seed)
        project = Project()
        project.words.says("defined", "f0")  # from now on it is kept right
        for _ in range(25):
            path = f"/w/p{dice.randrange(4)}.py"
            text = "".join(dice.choice(PIECES).format(i=dice.randrange(3)) for _ in range(dice.randrange(5)))
            if dice.random() < 0.15:
                project.remove(path)
            elif dice.random() < 0.3:
                project.update(path, Kept(kept.pack(facts(path, text))))
            else:
                project.update(path, facts(path, text))
        anew = Concordance(Memo())
        for path in project.paths():
            known = project.facts(path)
            assert known is not None
            anew.replace(path, None, survey_of(known))
        assert project.words.everything() == anew.everything()


def test_who_asked_for_a_word_is_told_when_it_comes_and_goes() -> None:
    project = project_of({"/w/a.py": "x = 1\n"})

    def ask() -> bool:
        return project.memo.ask(("asked",), lambda: project.words.says("defined", "f0"), False)

    assert not ask()
    project.update("/w/a.py", facts("/w/a.py", "x = 2\n"))
    assert project.memo.knows(("asked",))
    project.update("/w/a.py", facts("/w/a.py", "def f0(): pass\n"))
    assert ask()
    project.update("/w/a.py", facts("/w/a.py", "x = 2\n"))
    assert not ask()


def test_a_survey_of_an_edited_file_looks_at_what_is_new() -> None:
    memo, language = extract.Memo(), languages.by_name("python")
    assert language is not None
    source = "".join(f"def f{i}(rows):\n    return [row.name for row in rows]\n\n\n" for i in range(20))
    surveyor = Surveyor()

    def of(text: str) -> Survey:
        return surveyor.survey(extract.extract(parse(text.encode(), language), text.encode(), language, memo))

    first = of(source)
    looked_at = surveyor.looked_at
    assert of(source.replace("f7(rows):\n    return", "f7(rows):\n    return 1 or")) is first
    assert surveyor.looked_at - looked_at <= 2  # the function, and the top level
