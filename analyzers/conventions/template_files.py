"""The files of templates: which of them a name means, and which names a pattern may mean.

A name is looked up in the folders that are called after templates; where a project's settings name folders inside of
these (`templates/themes/plain`), in them.

Source: https://docs.djangoproject.com/en/5.2/topics/templates/#django.template.backends.base.Template
"""

from __future__ import annotations

import re

from analyzers.project.index import Project

FOLDERS = ("templates", "jinja2")
"""Folders in which templates are looked for. Source: https://docs.djangoproject.com/en/5.2/topics/templates/"""

ENDINGS = (".html", ".htm", ".txt", ".xml", ".jinja", ".jinja2", ".j2")
"""How the names of templates end."""

ANY = "*"
"""What stands in the name of a template for what is not known of it: `books/list_*.html`."""

MOST = 12
"""A pattern that more templates match says nothing."""

_TOLD = 4
"""Letters of a pattern, besides its ending, that make it more than any name."""


def find(project: Project, name: str, near: str) -> str | None:
    """The path of the template of that name; of several the one whose folder is nearest to the file `near`."""
    found = _named(project).get(name) or _ending(project).get(name, ())
    return max(found, key=lambda path: _shared(path, near), default=None)


def are_any(project: Project) -> bool:
    """Whether the project has templates at all."""
    return bool(_named(project))


def all_of(project: Project) -> list[tuple[str, str]]:
    """The names of all templates, each with its path; of several of a name the first."""
    return [(name, paths[0]) for name, paths in sorted(_named(project).items())]


def matching(project: Project, pattern: str) -> list[str]:
    """The names of templates that a pattern may mean; a name that is no pattern means itself."""
    if ANY not in pattern:
        return [pattern]
    told = pattern.rpartition(".")[0] or pattern
    if len(told.replace(ANY, "")) < _TOLD or "." not in pattern.rpartition(ANY)[2]:
        return []
    known = re.compile("[^/]+".join(re.escape(part) for part in pattern.split(ANY)))
    found = sorted(name for name in _named(project) if known.fullmatch(name))
    return found if len(found) <= MOST else []


def _named(project: Project) -> dict[str, tuple[str, ...]]:
    """Name -> paths, for each folder of templates that a path lies in."""

    def collect() -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for path in project.paths():
            parts = path.split("/")
            for place, part in enumerate(parts[:-1]):
                if part in FOLDERS and not path.endswith((".py", ".pyi")):
                    name = "/".join(parts[place + 1 :])
                    found[name] = (*found.get(name, ()), path)
        return found

    return project.memo.ask(("templates",), collect, in_cycle={})


def _ending(project: Project) -> dict[str, tuple[str, ...]]:
    """Name -> paths, for folders inside of those: such a name has a folder of its own."""

    def collect() -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, paths in _named(project).items():
            _, slash, rest = name.partition("/")
            while slash and "/" in rest:
                found[rest] = (*found.get(rest, ()), *paths)
                _, slash, rest = rest.partition("/")
        return found

    return project.memo.ask(("templates in folders",), collect, in_cycle={})


def _shared(path: str, near: str) -> int:
    """How many letters two paths begin with alike."""
    return next((n for n, (a, b) in enumerate(zip(path, near, strict=False)) if a != b), len(path))
