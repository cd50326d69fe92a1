"""After a change only what rests on it is checked again, and what is said is what a scan of everything says."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analyzers.evaluate.circles import MAX_MEMBERS
from lsp_server.cli import main
from lsp_server.commands import checking, earlier
from lsp_server.commands.gather import Gathered
from lsp_server.files import store

MODELS = """\
from django.db import models


class Author(models.Model):
    name = models.TextField()

    def titles(self):
        return [book.title for book in self.books.all()]

    def shown(self):
        return self.name.upper()


class Book(models.Model):
    title = models.TextField()
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
"""
VIEWS = """\
from models import Author


def all_titles():
    found = []
    for author in Author.objects.all():
        found.append(author.titles())
    return found


def all_names():
    return [author.shown() for author in Author.objects.all()]
"""
SEARCH = """\
def is_known(rows: list[int], one: int) -> bool:
    return one in rows


def is_even(one: int) -> bool:
    return one % 2 == 0
"""
LISTS = """\
from search import is_known


def common(mine: list[int], theirs: list[int]) -> list[int]:
    return [one for one in mine if is_known(theirs, one)]
"""
ALONE = """\
def pairs(rows: list[int], others: list[int]) -> int:
    return sum(1 for one in rows if one in others)
"""
SEVERAL = MAX_MEMBERS + 8
TEXTS = {"models": MODELS, "views": VIEWS, "search": SEARCH, "lists": LISTS, "alone": ALONE}


class Scans:
    """`bigo check` of a folder, in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.checked: list[str] = []
        self._capsys = capsys

    def run(self, *options: str) -> Any:
        """What is found; `checked` are the files that were looked at for it."""
        self.checked.clear()
        self._capsys.readouterr()
        assert main(["check", "--format", "json", *options]) in (0, 1)
        return json.loads(self._capsys.readouterr().out)["findings"]

    def edit(self, name: str, change: Callable[[str], str]) -> list[str]:
        """Change a file and scan: the files that were checked for it. What is found is what a fresh scan finds."""
        path = self.folder / f"{name}.py"
        text = path.read_text()
        path.write_text(change(text))
        assert path.read_text() != text
        found = self.run()
        checked = sorted(self.checked)
        assert found == self.run("--no-cache")
        return checked


@pytest.fixture
def scans(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> Scans:
    """A project that was scanned."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setattr(store, "FRESH", -1)
    monkeypatch.chdir(project)
    for name, text in TEXTS.items():
        (project / f"{name}.py").write_text(text)
    scans = Scans(project, capsys)
    real = checking.check_file

    def check_file(gathered: Gathered, linked: Any, path: str) -> checking.OfFile:
        scans.checked.append(Path(path).stem)
        return real(gathered, linked, path)

    monkeypatch.setattr(checking, "check_file", check_file)
    assert {Path(one["path"]).stem for one in scans.run()} >= {"views", "lists", "alone"}
    return scans


def test_who_calls_what_changed_is_checked_again(scans: Scans) -> None:
    assert scans.edit("search", lambda text: text.replace("return one in rows", "return bool(one)")) == [
        "lists",
        "search",
    ]
    assert scans.edit("search", lambda text: text.replace("% 2 == 0", "% 2 == 1")) == ["search"]
    assert scans.edit("alone", lambda text: text + "\n\ndef more() -> None: ...\n") == ["alone"]


def test_what_was_only_moved_is_told_at_its_new_place(scans: Scans) -> None:
    def places() -> list[int]:
        [finding] = [one for one in scans.run() if one["path"].endswith("lists.py")]
        return [one["line"] for one in finding["related"] if one["path"].endswith("search.py")]

    before = places()
    assert before
    assert scans.edit("search", lambda text: "# Who is known.\n\n" + text) == ["search"]
    assert places() == [line + 2 for line in before]


def test_what_a_model_says_reaches_those_who_read_its_rows(scans: Scans) -> None:
    checked = scans.edit(
        "models", lambda text: text.replace("return self.name.upper()", "return self.books.count()")
    )
    assert "views" in checked
    assert "alone" not in checked


def test_a_word_that_is_said_for_the_first_time_reaches_who_asked_for_it(scans: Scans) -> None:
    scans.edit("alone", lambda text: text + '\n\nROWS = load(prefetch_related("books"))\n')


def test_where_files_come_or_go_all_are_checked(scans: Scans) -> None:
    (scans.folder / "more.py").write_text(ALONE)
    scans.run()
    assert len(scans.checked) == len(TEXTS) + 1
    (scans.folder / "alone.py").unlink()
    scans.run()
    assert len(scans.checked) == len(TEXTS)


def test_what_is_lost_is_checked_again(scans: Scans, monkeypatch: pytest.MonkeyPatch) -> None:
    real = store.Store.get

    def get(self: store.Store, key: bytes) -> bytes | None:
        data = real(self, key)
        return None if data is not None and data[:2] == b"\x78\x01" else data  # a part: compressed

    monkeypatch.setattr(store.Store, "get", get)
    assert len(scans.edit("alone", lambda text: text + "\n\ndef more() -> None: ...\n")) == len(TEXTS)


def test_many_changes_one_after_another_are_kept_in_few_parts(
    scans: Scans, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: set[int] = set()
    real = earlier.Earlier.keep

    def keep(self: earlier.Earlier, *given: Any) -> None:
        real(self, *given)
        parts.add(len({file.part for file in self.files.values()}))

    monkeypatch.setattr(earlier.Earlier, "keep", keep)
    names = list(TEXTS)
    for number in range(4 * earlier.MAX_PARTS):
        scans.edit(names[number % len(names)], lambda text, number=number: text + f"\n\nX{number} = 1\n")  # type: ignore[misc]
    assert max(parts) <= earlier.MAX_PARTS
    assert "lists" in scans.edit(
        "search", lambda text: text.replace("return one in rows", "return bool(one)")
    )


def test_what_several_processes_found_is_kept(scans: Scans) -> None:
    for number in range(60):
        (scans.folder / f"m{number}.py").write_text(
            f"from m{(number + 1) % 60} import f{(number + 1) % 60}\n\n\n"
            f"def f{number}(rows: list[int], seen: list[int]) -> int:\n"
            f"    return sum(1 for row in rows if row in seen)\n"
        )
    (scans.folder / "pyproject.toml").write_text("[tool.bigo.analysis]\nworkers = 2\n")
    scans.run()
    assert scans.edit("m7", lambda text: text.replace("row in seen", "row in rows")) == ["m7"]


def test_what_rests_on_functions_that_call_each_other_is_checked_again(scans: Scans) -> None:
    """In a circle of so many functions questions are left without an answer on the way, and asked another way."""
    circle = "".join(
        f"def f{one}(rows: list[int], n: int) -> bool:\n"
        f"    if n in rows:\n        return f{(one * 7 + 3) % SEVERAL}(rows, n - 1)\n"
        f"    return f{(one + 1) % SEVERAL}(rows, n - {one})\n\n\n"
        for one in range(SEVERAL)
    )
    (scans.folder / "circle.py").write_text(circle)
    (scans.folder / "around.py").write_text(
        "from circle import f0\n\n\ndef run(rows: list[int], ns: list[int]) -> int:\n    return sum(1 for n in ns if f0(rows, n))\n"
    )
    scans.run()
    assert scans.edit("search", lambda text: text.replace("% 2 == 0", "% 2 == 1")) == ["search"]
    assert scans.edit("circle", lambda text: text.replace("if n in rows", "if n > 1")) == ["around", "circle"]


def test_findings_are_told_where_it_cannot_be_said_what_they_rest_on(
    scans: Scans, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> bytes:
        raise ValueError("on purpose")

    monkeypatch.setattr(earlier, "part_of", fails)
    assert scans.edit("alone", lambda text: text + "\n\ndef more() -> None: ...\n") == ["alone"]
    assert "could not be kept" in caplog.text


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_edited_a_scan_says_what_a_fresh_one_says(scans: Scans, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        path = scans.folder / f"{chance.choice(list(TEXTS))}.py"
        text = TEXTS[path.stem] if chance.random() < 0.2 else _edited(chance, path.read_text())
        path.write_text(text)
        assert scans.run() == scans.run("--no-cache"), text


def _edited(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    match chance.randrange(5):
        case 0:
            lines.insert(at, chance.choice(["", "# Here.", f"{margin}pass", f"{margin}one = rows"]))
        case 1:
            del lines[at]
        case 2:
            lines.insert(at, lines[at])
        case 3:
            words = re.findall(r"\w+", "\n".join(TEXTS.values()))
            lines[at] = re.sub(r"\w+", chance.choice(words), lines[at], count=1)
        case _:
            other = chance.choice(list(TEXTS.values())).split("\n\n\n")
            lines[at:at] = ["", "", *chance.choice(other).split("\n"), "", ""]
    return "\n".join(lines)
