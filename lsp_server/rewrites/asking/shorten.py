"""Source cut to a number of tokens, on a border of its syntax: whole statements and members, never half a line."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

from lsp_server.rewrites.asking.budget import estimate_tokens

_LEAST = 60  # tokens; less than this is not worth a reader's time


def shortened(source: str, tokens: int, language: str) -> tuple[str, int]:
    """As much of a function or class from its start as fits, and how many lines were cut; "" where too little fits."""
    lines = source.splitlines()
    best = 0
    for border in _borders(source, language):
        if estimate_tokens("\n".join(lines[:border])) > tokens:
            break
        best = border
    kept = "\n".join(lines[:best])
    return (kept, len(lines) - best) if estimate_tokens(kept) >= _LEAST else ("", len(lines))


def _borders(source: str, language: str) -> Iterator[int]:
    """The numbers of lines after which the source may be cut, ascending."""
    if language == "python":
        yield from _python_borders(source)
        return
    depth = 0
    for number, line in enumerate(source.splitlines(), 1):
        depth += sum(line.count(c) for c in "{([") - sum(line.count(c) for c in "})]")
        # One brace is open: that of the function or class itself. A template string may hold anything.
        if (
            depth == 1
            and line.rstrip().endswith((";", "}", ","))
            and source[: _end(source, number)].count("`") % 2 == 0
        ):
            yield number


def _python_borders(source: str) -> Iterator[int]:
    """Behind each statement of the body of the one function or class, and so behind each method of a class."""
    try:
        body = ast.parse(textwrap.dedent(source)).body
    except (SyntaxError, ValueError):
        return
    outer = body[0] if len(body) == 1 else None
    if isinstance(outer, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from (statement.end_lineno or statement.lineno for statement in outer.body)


def _end(source: str, lines: int) -> int:
    """The offset behind that many lines."""
    at = 0
    for _ in range(lines):
        at = source.find("\n", at) + 1 or len(source)
    return at
