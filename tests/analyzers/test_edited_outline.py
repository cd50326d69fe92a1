"""The outline made from the one before an edit is the one made anew, and shares what the edit did not touch."""

from __future__ import annotations

import random

import pytest

from analyzers import extract, languages
from analyzers.facts import FileFacts
from analyzers.project.edited import edited
from analyzers.project.outline import Outline

SOURCE = b"""import os
from typing import Any as Anything

LIMIT = 3
for turn in range(3):
    LIMIT += turn


class Base:
    table = dict(a=1)

    @property
    def size(self):
        return len(self.rows)

    @size.setter
    def size(self, value):
        self.rows = value

    def each(self, rows):
        def inner(row):
            return row
        return [inner(row) for row in rows]


class Derived(Base):
    def each(self, rows):
        total = 0
        return total


def helper(names, limit=LIMIT):
    with open(names) as file:
        return sorted(file, key=lambda line: line.strip())
"""
PYTHON = languages.for_path("a.py")
assert PYTHON is not None
PIECES = (
    b"x = 1", b"names.sort()", b"pass", b"return 5", b"global LIMIT", b"def f(): pass", b"lambda: 0", b"import re",
    b"LIMIT = 4", b"class Other: y = 2", b"@property", b"self.rows = []",
)  # fmt: skip


def facts_of(source: bytes) -> FileFacts:
    assert PYTHON is not None
    return extract.facts_of(source, PYTHON)


def told(outline: Outline) -> list[object]:
    return [
        outline.facts,
        outline.functions,
        outline.classes,
        outline.methods,
        outline.defined,
        outline.imports,
        outline.stars,
        outline.signature(),
        outline.nested,
        outline.assigns,
        outline.changed,
        outline.bound,
        outline.exports,
        outline.packages,
        {name: outline.locals(name) for name in outline.functions},
        {name: outline.class_values(name) for name in outline.classes},
    ]


@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_one_made_anew(seed: int) -> None:
    chance = random.Random(seed)
    outline, lines = Outline(facts_of(SOURCE)), SOURCE.split(b"\n")
    told(outline)
    for _ in range(40):
        at = chance.randrange(len(lines))
        if chance.random() < 0.4 and len(lines) > 20:
            del lines[at]
        else:
            indent = chance.choice((b"", b"    ", b"        "))
            lines.insert(at, indent + chance.choice(PIECES))
        facts = facts_of(b"\n".join(lines))
        outline = edited(outline, facts)
        assert told(outline) == told(Outline(facts))


def test_an_edit_in_a_body_shares_the_rest() -> None:
    before = Outline(facts_of(SOURCE))
    signature = before.signature()
    after = edited(before, facts_of(SOURCE.replace(b"total = 0\n", b"total = 1\n")))
    assert after.signature() is signature
    assert after.functions["Derived.each"] != before.functions["Derived.each"]
    assert after.methods["Derived"]["each"] is after.functions["Derived.each"]
