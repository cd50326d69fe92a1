"""Make a project from source texts: path -> text, with the paths' endings choosing the language."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from analyzers.extract import facts_of
from analyzers.facts import FileFacts
from analyzers.languages import for_path
from analyzers.project.index import Project


def facts(path: str, text: str) -> FileFacts:
    language = for_path(path)
    assert language is not None, path
    return facts_of(dedent(text).encode(), language)


def project_of(files: Mapping[str, str]) -> Project:
    project = Project()
    for path, text in files.items():
        project.update(path, facts(path, text))
    return project
