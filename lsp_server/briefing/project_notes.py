"""What a project says of itself, for the part of a rewrite request that all its modules share.

The same bytes for everyone who works on the project: files of the workspace and facts of its code, sorted, nothing of
this machine.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.files import workspace

if TYPE_CHECKING:
    from analyzers.project.index import Project
    from analyzers.project.models import Model
    from lsp_server.rewrites import ContextPart

FILES = ("AGENTS.md", "CLAUDE.md")  # what assistants are told to read; https://agents.md
_FILE_TOKENS = 2_000
_ORM_TOKENS = 2_000
_KINDS = {
    "fk": "foreign key", "o2o": "one to one", "m2m": "many to many", "reverse_fk": "many, by its foreign key",
    "reverse_o2o": "one to one", "generic_fk": "generic foreign key", "generic_relation": "many, generic",
}  # fmt: skip


def notes(root: str) -> tuple[ContextPart, ...]:
    """The guidelines that lie in the workspace folder, each cut on a line if it is long."""
    found = []
    for name in FILES:
        path = Path(root) / name
        try:
            if path.is_symlink() or not path.is_file():
                continue
            text = _read(path.as_posix(), os.stat(path).st_mtime_ns)
        except OSError:
            continue
        if text.strip():
            found.append((name, text))
    # One file that only repeats the other is sent once.
    return tuple(_part(name, text) for name, text in found if (name, text) == found[0] or text != found[0][1])


@lru_cache(maxsize=16)
def _read(path: str, changed: int) -> str:
    source = workspace.read_source(Path(path), 200_000)
    return "" if isinstance(source, workspace.Unreadable) else source.decode("utf-8", "replace")


def _part(name: str, text: str) -> ContextPart:
    from lsp_server.rewrites import ContextPart
    from lsp_server.rewrites.asking.tools import cut

    short, dropped = cut(text, _FILE_TOKENS)
    return ContextPart(name, name, f"{short}\n[{dropped} more lines are not shown]" if dropped else short)


def orm_facts(project: Project, root: str) -> str:
    """The project's models, one line each: where it stands, and what its relations lead to. "" without models."""
    return project.memo.ask(("orm facts", root), lambda: _orm_facts(project, root), "")


def _orm_facts(project: Project, root: str) -> str:
    from analyzers.project.models import Models
    from lsp_server.rewrites.asking.tools import cut

    models = Models(project)
    found = [
        model for key in models.all() if (model := models.model(*key)) is not None and not model.abstract
    ]
    inside = root.rstrip("/") + "/"
    lines = sorted(_line(model, inside) for model in found if model.key[0].startswith(inside))
    short, dropped = cut("\n".join(lines), _ORM_TOKENS)
    return f"{short}\n[{dropped} more models are not shown]" if dropped else short


def _line(model: Model, inside: str) -> str:
    relations = ", ".join(
        f"{name} -> {relation.target[1] if relation.target else relation.external or 'unknown'}"
        f" ({_KINDS.get(relation.kind, 'many' if relation.many else relation.kind)})"
        for name, relation in sorted(model.relations.items())
    )
    return f"{model.key[1]} ({model.orm}, {model.key[0][len(inside) :]}): {relations or 'no relations'}"
