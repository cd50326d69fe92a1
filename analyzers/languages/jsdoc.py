"""Types that a JSDoc comment states before a JavaScript function: evidence where a parameter has no annotation.

Understood are `@param {type} name` and `@returns {type}` with arrays (`number[]`), generics (`Map<string, Order[]>`,
`Array.<T>`), unions and the marks `?`, `!` and `=`. Source: https://jsdoc.app/tags-type and
https://www.typescriptlang.org/docs/handbook/jsdoc-supported-types.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

from analyzers.facts import Binary, Collection, Const, Expr, Index, Name, Opaque

LONGEST = 4_000
"""Bytes before a function that may hold its comment."""

_LEAD = re.compile(
    rb"\s*(?:(?:export|default|async|static|public|private|protected|readonly|override|const|let|var)\s+)*"
    rb"(?:[\w$.#]+\s*[=:]\s*)?(?:async\s*)?"
)
_PARAM = re.compile(r"@(?:param|arg|argument)\s+\{([^\n]*?)\}\s+\[?([\w$]+)")
_RETURNS = re.compile(r"@returns?\s+\{([^\n]*?)\}")
_TOKEN = re.compile(r"[\w$.]+|\[\]|\S")


class Documented(NamedTuple):
    """What a comment says of a function's parameters, by name, and of its result."""

    params: dict[str, Expr]
    returns: Expr | None


def comment_before(source: bytes, start: int) -> tuple[int, bytes]:
    """The `/** */` comment that documents what begins at `start`, and where it begins; empty if there is none."""
    window = source[max(0, start - LONGEST) : start]
    end = window.rfind(b"*/")
    if end < 0 or _LEAD.fullmatch(window, end + 2) is None:
        return start, b""
    begin = window.rfind(b"/**", 0, end)
    if begin < 0:
        return start, b""
    return start - len(window) + begin, window[begin : end + 2]


def stated(comment: bytes, at: int) -> Documented:
    """The types in a comment. `at` is the comment's place, from which those of the types are counted."""
    text = comment.decode("utf-8", "replace")
    params = {m[2]: _type(m[1], at + m.start(1), at + m.end(1)) for m in _PARAM.finditer(text)}
    returned = _RETURNS.search(text)
    returns = _type(returned[1], at + returned.start(1), at + returned.end(1)) if returned else None
    return Documented(params, returns)


def _type(text: str, at: int, to: int) -> Expr:
    return _Parser(_TOKEN.findall(text), at, to).union()


class _Parser:
    """Recursive descent over the tokens of one type; what it does not know becomes an `Opaque`."""

    def __init__(self, tokens: list[str], at: int, to: int) -> None:
        self.tokens, self.at, self.to = tokens[:100][::-1], at, to

    def union(self) -> Expr:
        left = self.one()
        while self.take("|"):
            left = Binary(self.at, self.to, "|", left, self.one())
        return left

    def one(self) -> Expr:
        while self.take("?") or self.take("!"):
            pass
        found: Expr = Opaque(self.at, self.to)
        if self.take("("):
            found = self.union()
            self.take(")")
        elif self.tokens and re.match(r"[\w$.]", self.tokens[-1]):
            found = self.named(self.tokens.pop().strip("."))
        while self.take("[]"):
            found = Index(self.at, self.to, Name(self.at, self.to, "Array"), found)
        self.take("=")
        return found

    def named(self, name: str) -> Expr:
        if name in ("null", "undefined"):
            return Const(self.at, self.to, "none", None)
        head = Name(self.at, self.to, {"array": "Array", "Object": "Record"}.get(name, name))
        if not self.take("<"):
            return head
        arguments = [self.union()]
        while self.take(","):
            arguments.append(self.union())
        self.take(">")
        inner = (
            arguments[0] if len(arguments) == 1 else Collection(self.at, self.to, "tuple", tuple(arguments))
        )
        return Index(self.at, self.to, head, inner)

    def take(self, token: str) -> bool:
        if self.tokens and self.tokens[-1] == token:
            self.tokens.pop()
            return True
        return False
