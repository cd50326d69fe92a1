"""Adding an import to a file, where it is not there yet."""

from __future__ import annotations

from analyzers.findings import Edit, Place
from analyzers.rules.base import Context
from analyzers.text import Span


def add_name(context: Context, module: str, name: str) -> Edit | None:
    """`from module import name` after the file's last top-level import; None if the name is imported already."""
    facts = context.project.facts(context.path)
    at = 0
    for item in facts.imports if facts is not None else ():
        if item.scope:
            continue
        if item.alias == name:
            return None
        at = max(at, item.to)
    line = context.text.line_of(at)
    text = f"from {module} import {name}{context.text.newline}"
    starts = context.text.line_starts
    offset = starts[line + 1] if at and line + 1 < len(starts) else 0
    return Edit(Place(context.path, Span(offset, offset)), text)
