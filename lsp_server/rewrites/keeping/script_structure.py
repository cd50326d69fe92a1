"""The structure of a function in JavaScript or TypeScript, by its tokens: comments, blanks and local names aside.

Line breaks count, because a statement may end at one. Where a token could be two things (a slash: a division, a regular
expression or markup; a name in braces: a variable and a key at once), there is no structure, and the exact key serves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from analyzers import extract, facts, languages
from analyzers.facts import FileFacts
from lsp_server.rewrites.asking.request import Prepared

_TOKEN = re.compile(
    r"""(?x) (?P<note>//[^\n]*|/\*[\s\S]*?\*/) | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*') | (?P<template>`(?:\\.|[^`\\])*`)
    | (?P<name>[$\w]+) | (?P<end>\n) | (?P<blank>[^\S\n]+) | (?P<sign>\?\.|\.\.\.|=>|[^\s\w$])"""
)
_PART = re.compile(r"[$\w]+")


class Token(NamedTuple):
    kind: str
    text: str


def tokens(code: str) -> list[Token] | None:
    """All tokens, blanks and comments too; None where they are not certain."""
    found = []
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or ""
        if match.group() in ("/", "`", '"', "'"):
            return None
        found.append(Token(kind, match.group()))
    return found


def shape(prepared: Prepared) -> tuple[list[str], tuple[str, ...], frozenset[str], frozenset[str]] | None:
    """The function's tokens with its local names numbered, these names in their order, the names it has from outside, and
    its comments."""
    found = tokens(prepared.function)
    local = _locals(prepared)
    if found is None or local is None:
        return None
    places = _variables(found, local)
    if places is None:
        return None
    names = tuple(dict.fromkeys(found[place].text for place in places))
    numbered = {name: f"_{number}" for number, name in enumerate(names)}
    used = {one.text for one in found if one.kind == "name"}
    if used & set(numbered.values()):
        return None
    at = set(places)
    shaped = [
        numbered[one.text] if place in at else one.text
        for place, one in enumerate(found)
        if _counts(found, place)
    ]
    notes = frozenset(one.text for one in found if one.kind == "note")
    return shaped, names, frozenset(used - set(names)), notes


def moved(code: str, renaming: Mapping[str, str]) -> str | None:
    """The code with its variables renamed; None where that is not certain to be the same code."""
    found = tokens(code)
    changed = {old: new for old, new in renaming.items() if old != new}
    if found is None:
        return None
    if not changed:
        return code
    used = {one.text for one in found if one.kind == "name"}
    if (used - set(renaming)) & set(changed.values()):
        return None  # a new name would meet one that the answer has brought
    places = _variables(found, frozenset(renaming))
    if places is None:
        return None
    at = set(places)
    return "".join(
        changed.get(one.text, one.text) if place in at else one.text for place, one in enumerate(found)
    )


def without_comments(code: str, kept: frozenset[str]) -> str | None:
    """The code without comments, but for those that are kept."""
    found = tokens(code)
    if found is None:
        return None
    text = "".join("" if one.kind == "note" and one.text not in kept else one.text for one in found)
    lines = (
        zip(code.split("\n"), text.split("\n"), strict=False) if text.count("\n") == code.count("\n") else ()
    )
    plain = [new.rstrip() for old, new in lines if new.strip() or not old.strip()]
    return "\n".join(plain) if plain else text


def meanings(prepared: Prepared, names: frozenset[str]) -> list[list[str]]:
    """What names from outside are in the function's file: an import, or the text that defines them."""
    source = prepared.target.source
    known = _facts(prepared, source)
    if known is None:
        return []
    found = [["import", i.alias, i.module, i.name] for i in known.imports if i.alias in names]
    pieces = [
        (f.start, f.end) for f in known.functions[1:] if f.name in names and not f.parent and not f.owner
    ]
    pieces += [(c.start, c.end) for c in known.classes if c.name in names]
    top = known.functions[0]
    for statement in top.body:
        bound = statement.targets if isinstance(statement, facts.Assign) else ()
        if any(isinstance(n, facts.Name) and n.id in names for n in facts.walk(tuple(bound))):
            pieces.append((top.start + statement.at, top.start + statement.to))
    span = prepared.target.span
    others = [(start, end) for start, end in pieces if not (span.start <= start and end <= span.end)]
    found += [["text", source[start:end].decode("utf-8", "replace")] for start, end in others]
    return sorted(found)


def _counts(found: Sequence[Token], place: int) -> bool:
    """Whether a token is more than layout: of line breaks the first of several."""
    kind = found[place].kind
    if kind != "end":
        return kind not in ("blank", "note")
    before = next((one for one in reversed(found[:place]) if one.kind not in ("blank", "note")), None)
    return before is not None and before.kind != "end"


def _variables(found: Sequence[Token], local: frozenset[str]) -> list[int] | None:
    """Where local names stand as variables; None where one may stand for something else too."""
    code = [place for place, one in enumerate(found) if one.kind not in ("blank", "note", "end")]
    places = []
    for number, place in enumerate(code):
        one = found[place]
        if one.kind == "template" and "${" in one.text and set(_PART.findall(one.text)) & local:
            return None
        if one.kind != "name" or one.text not in local:
            continue
        before = found[code[number - 1]].text if number else ""
        after = found[code[number + 1]].text if number + 1 < len(code) else ""
        if before in (".", "?.", "#"):
            continue
        listed = before in ("{", ",") and after in (",", "}", ":", "=")
        # In braces this may be a key, or a key and a variable at once; between others it is a parameter, or an argument.
        if (listed or (after == ":" and before != "?")) and not _in_parentheses(found, code[:number]):
            return None
        places.append(place)
    return places


def _in_parentheses(found: Sequence[Token], before: Sequence[int]) -> bool:
    """Whether the innermost open bracket is a round or a square one, where names stand for themselves."""
    depth = 0
    for place in reversed(before):
        text = found[place].text
        if text in (")", "]", "}"):
            depth += 1
        elif text in ("(", "[", "{"):
            if depth == 0:
                return text != "{"
            depth -= 1
    return True


def _locals(prepared: Prepared) -> frozenset[str] | None:
    """Names that the function binds, its parameters and those of the functions in it."""
    target = prepared.target
    known = _facts(prepared, target.source)
    if known is None or known.has_error:
        return None
    inside = [f for f in known.functions[1:] if target.span.start <= f.start and f.end <= target.span.end]
    return frozenset(name for function in inside for name in _bound(function))


def _bound(function: facts.Function) -> Iterator[str]:
    for param in function.params:
        if param.name:
            yield param.name
        elif param.pattern:
            yield from (n.id for n in facts.walk(param.pattern) if isinstance(n, facts.Name))
    for node in facts.walk(function.body):
        targets: tuple[facts.Expr, ...] = ()
        if isinstance(node, facts.Assign):
            targets = node.targets
        elif isinstance(node, (facts.For, facts.Clause)):
            targets = (node.target,)
        yield from (target.id for target in targets if isinstance(target, facts.Name) and target.id != "this")


def _facts(prepared: Prepared, source: bytes) -> FileFacts | None:
    language = languages.for_path(prepared.target.path)
    return extract.facts_of(source, language) if language is not None else None
