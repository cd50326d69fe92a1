"""Whatever is typed, a session says what a fresh analysis says. `python benchmarks/random_edits.py` types more, and other files."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from typing import Any

import edit_folders
import pytest
from connection import at
from edit_sequences import (
    Step,
    change_between,
    difference,
    examples,
    first_difference,
    long_function,
    random_steps,
    shortest,
)
from msgspec import convert

from analyzers import extract, languages, spread
from analyzers.evaluate import resuming
from analyzers.facts import FileFacts
from analyzers.findings import Finding
from analyzers.project.kept import pack
from analyzers.text import Text
from lsp_server.files.reading import Version
from lsp_server.session import Session
from lsp_server.wire.documents import Codec, Document
from lsp_server.wire.edits import Change

EDITS = 50
"""Of each sequence."""

SHOP = {
    "models.py": """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")

    def by(self):
        return self.author.name


def recent(names: list[str]):
    return Book.objects.filter(title__in=names)
""",
    "views.py": """\
from models import Author, Book, recent


def listed(request, names: list[str]):
    lines = []
    for book in recent(names):
        lines.append(book.by())
    for name in names:
        if name in lines:
            lines.append(name)
    return lines


def counted(request):
    return [author.books.count() for author in Author.objects.all()]
""",
}


SHOWN = """\
from django.shortcuts import render

from models import Book


def shown(request):
    return render(request, "books.html", {"books": Book.objects.all()})
"""
PAGE = """\
{% for book in books %}
  <li>{{ book.title }} {{ book.author.name }}</li>
{% endfor %}
"""


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """How busy the machine is changes no way that an edit takes, so that what is found is found again."""
    monkeypatch.setattr("lsp_server.session.SLICE", 60.0)
    monkeypatch.setattr("lsp_server.opened.HURRY", 60.0)
    monkeypatch.setattr("lsp_server.features.diagnostics.AT_ONCE", 60.0)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["examples.py", "examples.ts"])
def test_a_session_says_what_a_fresh_analysis_says(name: str, seed: int) -> None:
    chance = random.Random(seed)
    texts = {name: examples(chance, "python" if name.endswith(".py") else "typescript")}
    _alike(texts, chance)


@pytest.mark.parametrize("seed", range(3))
def test_so_it_does_of_a_long_function(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose run goes on at the statement that is edited, from what it had come to."""
    resumed: list[int] = []
    restore = resuming._restore
    monkeypatch.setattr(resuming, "_restore", lambda run, state: resumed.append(1) or restore(run, state))
    chance = random.Random(seed)
    _alike({"long.py": long_function(chance)}, chance)
    assert len(resumed) > EDITS / 10


@pytest.mark.parametrize("seed", range(3))
def test_so_it_does_of_a_text_whose_facts_were_kept(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not parsed until it is edited."""
    taken: list[str] = []
    spread_out = spread.spread

    async def kept(session: Session, path: str, text: Text) -> Version:
        return Version(text.source, pack(extract.facts_of(text.source, languages.PYTHON)))

    def spread_of(facts: FileFacts, *others: Any) -> FileFacts:
        taken.append(facts.language)
        return spread_out(facts, *others)

    monkeypatch.setattr("lsp_server.session.LONG", 0)
    monkeypatch.setattr(Session, "_nearest", kept)
    monkeypatch.setattr(spread, "spread", spread_of)
    chance = random.Random(seed)
    _alike(SHOP if seed == 2 else {"examples.py": examples(chance, "python")}, chance)
    assert taken


@pytest.mark.parametrize("seed", range(2))
def test_so_it_does_of_documents_that_use_each_other(seed: int) -> None:
    _alike(SHOP, random.Random(seed))


@pytest.mark.parametrize("seed", range(2))
def test_so_it_does_of_a_folder_that_people_and_tools_change(seed: int) -> None:
    disk = {**SHOP, "pages.py": SHOWN, "templates/books.html": PAGE, "names.py": ONE}
    story = list(itertools.islice(edit_folders.deeds(random.Random(seed), disk), 3 * EDITS))
    found = edit_folders.first_difference(disk, story)
    if found is not None:
        pytest.fail(found[0], pytrace=False)
    assert {deed.kind for deed in story} == {"type", "disk", "open", "close", "settings"}


def _alike(texts: Mapping[str, str], chance: random.Random) -> None:
    found = first_difference(texts, list(itertools.islice(random_steps(chance, texts), EDITS)))
    if found is not None:
        pytest.fail(found[0], pytrace=False)


# ---------------------------------------------------------------------------------------- what would be found


ONE = "def one(xs: list[str], ys: list[str]):\n    return [x for x in xs if x in ys]\n"
TWO = "def two(rows):\n    return rows\n"


def test_the_shortest_sequence_that_differs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a session that never shows what has moved where it is now."""

    def forgetful(session: Session, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        first = vars(session).setdefault("first", {})
        return tuple(first.setdefault(finding.message, finding) for finding in findings)

    monkeypatch.setattr(Session, "_shown", forgetful)
    text = f"{TWO}\n\n{ONE}"
    steps = [
        Step("a.py", f"{text}\n"),
        Step("a.py", f"{text}\nx = 1\n", waits=False),
        Step("a.py", f"# more\n{text}"),
        Step("a.py", f"# more\n{text}\nx = 1\n"),
    ]
    found = first_difference({"a.py": text}, steps)
    assert found is not None
    told, texts, few = found
    assert len(few) == 1
    assert "def two" not in texts["a.py"]
    assert "--- edit 1: a.py 0:0 to 0:0 becomes '# more\\n'\n" in told
    assert "--- findings of a.py: the session says\n" in told


def test_a_sequence_is_made_as_short_as_it_can_be() -> None:
    texts = {"a.py": "keep\n\nparagraph\nof two\n\nlast\nline\n", "b.py": "b\n"}
    steps = [
        Step("a.py" if n % 3 else "b.py", f"{texts['a.py' if n % 3 else 'b.py']}{n}\n", waits=bool(n % 2))
        for n in range(40)
    ]

    def differs(texts: Mapping[str, str], some: Sequence[Step]) -> bool:
        typed = [step.text.split("\n")[-2] for step in some]
        return "17" in typed and "26" in typed[typed.index("17") :] and "line\n" in texts["a.py"]

    small, few = shortest(texts, steps, differs)
    assert [step.text.split("\n")[-2] for step in few] == ["17", "26"]
    assert small["a.py"] == "line\n"
    assert all(step.waits for step in few)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_sent_makes_one_text_of_another(seed: int) -> None:
    chance = random.Random(seed)
    parts = ("a", "é", "😋", "\r", "\n", "\r\n", " ")
    for _ in range(300):
        before, after = ("".join(chance.choices(parts, k=chance.randrange(9))) for _ in range(2))
        document = Document("file:///a.py", before, position_codec=Codec())
        document.apply_change(convert(change_between(before, after), Change))
        assert document.source == after, (before, after)
    before = "a\nb\n"
    assert change_between(before, f"x{before}") == {"range": at(0, 0), "text": "x"}
    assert change_between(before, "a\nb😋\n") == {"range": at(1, 1), "text": "😋"}


def test_the_same_seed_types_the_same() -> None:
    made = [list(itertools.islice(random_steps(random.Random(5), SHOP), 60)) for _ in range(2)]
    assert made[0] == made[1]
    assert {step.name for step in made[0]} == set(SHOP)
    assert difference(SHOP, made[0][:3]) is None
