"""Globs as `.gitignore` has them, all of a list tried at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pathspec import GitIgnoreSpec


class Globs:
    """What the lines of an ignore file say of a name: whether it is out, None where they say nothing.

    All patterns are tried at once first, since they say nothing of most names.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._spec = GitIgnoreSpec.from_lines(lines)
        texts = [pattern.regex.pattern for pattern in self._spec.patterns if pattern.regex is not None]
        self._any = _any_of([text for text in texts if isinstance(text, str)])

    def out(self, name: str) -> bool | None:
        """`name` is relative to the folder the lines are of, with `/`, and ends with one if it is a folder."""
        if self._any is not None and self._any.search(name) is None:
            return None
        return self._spec.check_file(name).include


def readable(lines: Iterable[str]) -> list[str]:
    """The lines that can be read: git passes over one it cannot read, such as a lone "!"."""
    return [line for line in lines if _is_readable(line)]


def _is_readable(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _any_of(expressions: list[str]) -> re.Pattern[str] | None:
    """One expression for all; None where they cannot be put together."""
    plain = (re.sub(r"\(\?P<\w+>", "(?:", expression) for expression in expressions)
    try:
        return re.compile("|".join(f"(?:{expression})" for expression in plain)) if expressions else None
    except re.error:
        return None
