"""Kinds that follow from who calls: an edit of a caller, or of who else sets an attribute, changes what is said of the search."""

from __future__ import annotations

import pytest

from analyzers.check import check
from analyzers.project.index import Project
from analyzers.text import Text
from tests.analyzers.project_files import facts, project_of

PICKING = """
def pick(rows, ids):
    return [row for row in rows if row.id in ids]


def on_shelf(rows, shelf):
    return [row for row in rows if row in shelf.books_on_it]
"""
PAGES = """
from picking import pick


def page(rows, path):
    ids = {ids}
    return pick(rows, ids)
"""
SHELVES = """
class Shelf:
    def __init__(self):
        self.books_on_it = {held}
"""
LISTS = {"ids": "[line for line in open(path)]", "held": "[]"}
SETS = {"ids": "{line for line in open(path)}", "held": "set()"}


def put(project: Project, path: str, code: str) -> None:
    project.update(path, facts(path, code))


def files(said: dict[str, str]) -> dict[str, str]:
    return {
        "/p/picking.py": PICKING,
        "/p/pages.py": PAGES.replace("{ids}", said["ids"]),
        "/p/shelves.py": SHELVES.replace("{held}", said["held"]),
    }


def told(project: Project) -> list[tuple[str, str]]:
    text = Text.of(PICKING)
    return [(f.function, f.severity.label) for f in check(project, "/p/picking.py", text)]


@pytest.mark.parametrize("backwards", [False, True])
def test_what_all_hand_over_and_keep(backwards: bool) -> None:
    project = project_of(dict(sorted(files(LISTS).items(), reverse=backwards)))
    assert told(project) == [("pick", "information"), ("on_shelf", "information")]


def test_an_edit_of_who_hands_it_over() -> None:
    project = project_of(files(LISTS))
    assert len(told(project)) == 2
    put(project, "/p/pages.py", files(SETS)["/p/pages.py"])
    assert told(project) == [("on_shelf", "information")]
    put(project, "/p/shelves.py", files(SETS)["/p/shelves.py"])
    assert told(project) == []
    put(project, "/p/pages.py", files(LISTS)["/p/pages.py"])
    put(project, "/p/shelves.py", files(LISTS)["/p/shelves.py"])
    assert len(told(project)) == 2


def test_another_file_that_sets_the_attribute() -> None:
    project = project_of(files(LISTS))
    put(project, "/p/other.py", "def fill(shelf, found):\n    shelf.books_on_it = found\n")
    assert told(project) == [("pick", "information")]
    put(project, "/p/other.py", "def fill(shelf, found):\n    shelf.books_of_it = found\n")
    assert len(told(project)) == 2
