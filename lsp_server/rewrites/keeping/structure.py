"""The same code asked again: a key made of a function's syntax, and an answer moved to other local names.

Two functions are the same here when their syntax trees differ only in the names of their parameters and locals, and
when all else that shaped the answer is equal: the model and the instructions, the code around, what the function's
outer names mean in its file, and what the analyzer says of it. The tree has no comments and no layout. The names of one
function map to those of the other by their order of appearance, which is one to one; where moving an answer over that map
is not provably the same rewriting, there is no answer, and the request is sent.

This is of Python, whose standard library reads it; for JavaScript and TypeScript `script_structure.py` does the same by tokens.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
import textwrap
import tokenize
from dataclasses import dataclass, replace
from typing import Any

from lsp_server.rewrites.asking import prompt
from lsp_server.rewrites.asking.request import Prepared
from lsp_server.rewrites.checking import python_shape
from lsp_server.rewrites.contract import RewriteFailed
from lsp_server.rewrites.keeping import script_structure
from lsp_server.rewrites.proposal import Answer, parse

# Bindings whose name is no node of its own, so that moving them by place would miss some.
_NAMED_ELSEWHERE = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.ExceptHandler,
    ast.MatchAs, ast.MatchStar, ast.MatchMapping,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The key of a function's structure, its local names in their order, and its comments."""

    key: str
    names: tuple[str, ...]
    comments: frozenset[str]
    python: bool = True


def skeleton(prepared: Prepared) -> Skeleton | None:
    """The structure of the function of a request; None where it has none that is safe to compare."""
    target = prepared.target
    if target.language != "python":
        return _of_script(prepared)
    code = target.indent + prepared.function
    tree = python_shape.definition(code)
    if tree is None or any(isinstance(n, _NAMED_ELSEWHERE) for n in ast.walk(tree) if n is not tree):
        return None
    names = _locals(tree)
    free = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - set(names)
    numbered = {name: f"_{number}" for number, name in enumerate(names)}
    if set(numbered.values()) & free:
        return None
    shaped = ast.dump(_Renamed(numbered).visit(tree))
    key = _hash([prompt.VERSION, _around(prepared), shaped, _meanings(target.source, free)])
    return Skeleton(key, names, frozenset(_comments(code)))


def _of_script(prepared: Prepared) -> Skeleton | None:
    found = script_structure.shape(prepared)
    if found is None:
        return None
    shaped, names, free, notes = found
    parts = [
        prompt.VERSION,
        prepared.target.language,
        _around(prepared),
        shaped,
        script_structure.meanings(prepared, free),
    ]
    return Skeleton(_hash(parts), names, notes, python=False)


def pack(skeleton: Skeleton, text: str) -> str:
    """An answer as it is kept under a structural key."""
    return json.dumps({"names": skeleton.names, "text": text})


def unpack(skeleton: Skeleton, kept: str) -> str | None:
    """A kept answer in the names of this function; None where that is not certain to be the same rewrite."""
    try:
        stored = json.loads(kept)
        names, text = stored["names"], stored["text"]
        answer = parse(text)
    except (ValueError, KeyError, TypeError, RewriteFailed):
        return None
    if answer.also or len(names) != len(skeleton.names) or len(set(names)) != len(names):
        return None
    renaming = dict(zip(names, skeleton.names, strict=True))
    if not skeleton.python and answer.aux and any(old != new for old, new in renaming.items()):
        return None  # an extra function has names of its own
    strip, move = (
        (_without_comments, _moved)
        if skeleton.python
        else (script_structure.without_comments, script_structure.moved)
    )
    code = strip(answer.rewrite, skeleton.comments)
    moved = move(code, renaming) if code is not None else None
    if moved is None:
        return None
    before, after, why, assumptions = (
        _prose(text, renaming) for text in (answer.before, answer.after, answer.why, answer.assumptions)
    )
    return _text(replace(answer, rewrite=moved, before=before, after=after, why=why, assumptions=assumptions))


def _text(answer: Answer) -> str:
    tags = ("before", "after", "why", "assumptions", "imports", "aux")
    parts = [f"<{tag}>{value}</{tag}>" for tag in tags if (value := getattr(answer, tag))]
    return "\n".join([*parts, f"<rewrite>\n{answer.rewrite}\n</rewrite>"])


# ----------------------------------------------------------------------------------------------------------- the key


def _locals(tree: python_shape.Definition) -> tuple[str, ...]:
    """Parameters and names that are bound in the function, in the order in which they appear; `self` and `cls` stay."""
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    bound |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    places = sorted(
        (n.lineno, n.col_offset, n.id if isinstance(n, ast.Name) else n.arg)
        for n in ast.walk(tree)
        if isinstance(n, (ast.Name, ast.arg))
    )
    return tuple(dict.fromkeys(name for _, _, name in places if name in bound - {"self", "cls"}))


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._names.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        annotation = self.visit(node.annotation) if node.annotation else None
        return ast.arg(self._names.get(node.arg, node.arg), annotation)


def _around(prepared: Prepared) -> list[Any]:
    """What shaped the answer beside the function: the model, its settings, the texts of the project and the analysis."""
    target = prepared.target
    settings = {key: value for key, value in prepared.body.items() if key not in ("messages", "system")}
    report = target.report
    parts = [[part.label, part.source] for part in target.own]
    return [
        settings,
        target.guidelines,
        [list(part) for part in target.notes],
        sorted(parts),
        sorted(finding.rule for finding in target.findings),
        [report.time_class, bool(report.queries)] if report else None,
    ]


def _meanings(source: bytes, free: set[str]) -> list[list[str]]:
    """What the outer names of the function are in its file: an import, or the text of a definition."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return [["broken", hashlib.sha256(source).hexdigest()]]
    found = [[name, ast.unparse(node)] for node in body for name in _bound_by(node) & free]
    return sorted(found)


def _bound_by(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    for child in ast.walk(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in child.names}
    return found


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return "structure:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


# -------------------------------------------------------------------------------------------------------- the answer


def _moved(code: str, renaming: dict[str, str]) -> str | None:
    """The code with its names replaced, proved by comparing the trees; None where that cannot be."""
    code = textwrap.dedent(code)
    tree = python_shape.definition(code)
    if tree is None:
        return None
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | {
        n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)
    }
    elsewhere = any(isinstance(n, _NAMED_ELSEWHERE) for n in ast.walk(tree) if n is not tree)
    changed = {old: new for old, new in renaming.items() if old != new}
    if changed and (elsewhere or (own - set(renaming)) & set(renaming.values())):
        return None  # a new name of the answer would meet a local of this function
    lines = [line.encode() for line in code.split("\n")]
    places = {
        (n.lineno, n.col_offset): n.id if isinstance(n, ast.Name) else n.arg
        for n in ast.walk(tree)
        if isinstance(n, (ast.Name, ast.arg))
    }
    for (line, column), name in sorted(places.items(), reverse=True):
        if name in changed:
            text = lines[line - 1]
            if text[column : column + len(name.encode())] != name.encode():
                return None
            lines[line - 1] = text[:column] + changed[name].encode() + text[column + len(name.encode()) :]
    moved = b"\n".join(lines).decode()
    again = python_shape.definition(moved)
    if again is None or ast.dump(again) != ast.dump(_Renamed(renaming).visit(tree)):
        return None
    return moved


def _comments(code: str) -> list[str]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(textwrap.dedent(code)).readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return []
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def _without_comments(code: str, kept: frozenset[str]) -> str | None:
    """The code without the comments of the function that it was made for, unless this one has them too."""
    code = textwrap.dedent(code)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return None
    lines: list[str | None] = list(code.split("\n"))
    for token in tokens:
        if token.type == tokenize.COMMENT and token.string not in kept:
            row, column = token.start
            rest = (lines[row - 1] or "")[:column].rstrip()
            lines[row - 1] = rest or None
    return "\n".join(line for line in lines if line is not None)


def _prose(text: str, renaming: dict[str, str]) -> str:
    return re.sub(
        r"[A-Za-z_]\w*",
        lambda m: renaming.get(m.group(), m.group()) if _is_code(text, m) else m.group(),
        text,
    )


def _is_code(text: str, m: re.Match[str]) -> bool:
    """Whether a word of prose is a name: between bars or backquotes, or in a Big-O."""
    around = text[max(0, m.start() - 1) : m.start()] + text[m.end() : m.end() + 1]
    return any(mark in around for mark in "|`·(")
