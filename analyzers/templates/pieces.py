"""The pieces of a template: what is printed, what is a tag, and the words inside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

PIECE = re.compile(rb"\{\{-?(.*?)-?\}\}|\{%[-+]?(.*?)[-+]?%\}|\{#.*?#\}", re.DOTALL)
WORD = re.compile(rb"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'])+""")


class Piece(NamedTuple):
    """`{{ text }}` (kind print) or `{% text %}` (kind tag); `at` is where the text begins."""

    kind: str
    text: bytes
    at: int


class Word(NamedTuple):
    text: str
    at: int

    @property
    def to(self) -> int:
        return self.at + len(self.text.encode())


def pieces(source: bytes) -> Iterator[Piece]:
    """The pieces in order; what stands between `verbatim` or `raw`, or between `comment` tags, is left out."""
    until = b""
    for found in PIECE.finditer(source):
        printed, tag = found[1], found[2]
        if tag is not None:
            name = tag.strip().partition(b" ")[0]
            if until:
                until = b"" if name == until else until
                continue
            if name in (b"comment", b"verbatim", b"raw"):
                until = b"end" + name
                continue
            yield Piece("tag", tag, found.start(2))
        elif printed is not None and not until:
            yield Piece("print", printed, found.start(1))


def words(piece: Piece) -> list[Word]:
    """The words of a piece: quoted text is one with what it touches."""
    return [Word(m[0].decode("utf-8", "replace"), piece.at + m.start()) for m in WORD.finditer(piece.text)]
