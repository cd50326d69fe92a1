"""What a project says of itself in every request: the same for everyone, and nothing of this machine."""

from __future__ import annotations

from pathlib import Path

from analyzers import extract, languages
from analyzers.project.index import Project
from lsp_server.briefing import project_notes

MODELS = """from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=10)


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
"""


def project_of(root: str, *names: str) -> Project:
    project = Project()
    for name in names:
        path = f"{root}/{name}"
        language = languages.for_path(path)
        assert language is not None
        project.update(path, extract.facts_of(MODELS.encode(), language))
    return project


def test_guidelines_are_read_and_cut_on_a_line(tmp_path: Path) -> None:
    assert project_notes.notes(tmp_path.as_posix()) == ()
    (tmp_path / "CLAUDE.md").write_text("Use select_related.\n" + "One more sentence of advice.\n" * 3_000)
    (note,) = project_notes.notes(tmp_path.as_posix())
    assert note.source.startswith("Use select_related.\n")
    assert note.source.endswith("more lines are not shown]")
    assert "advice.\n[" in note.source


def test_a_file_that_repeats_the_other_is_sent_once(tmp_path: Path) -> None:
    (tmp_path / "CLAUDE.md").write_text("Be brief.\n")
    (tmp_path / "AGENTS.md").write_text("Be brief.\n")
    assert [note.relative for note in project_notes.notes(tmp_path.as_posix())] == ["AGENTS.md"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("of another place")
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "CLAUDE.md").symlink_to(tmp_path / "outside")
    assert project_notes.notes(folder.as_posix()) == ()


def test_models_are_told_with_their_relations_in_any_order_of_files() -> None:
    told = project_notes.orm_facts(
        project_of("/home/anna/shop", "b/models.py", "a/models.py"), "/home/anna/shop"
    )
    again = project_notes.orm_facts(project_of("/srv/x", "a/models.py", "b/models.py"), "/srv/x")
    assert told == again
    assert "Book (django, a/models.py): author -> Author (foreign key)" in told
    assert "anna" not in told
    assert project_notes.orm_facts(project_of("/srv/x"), "/srv/x") == ""
