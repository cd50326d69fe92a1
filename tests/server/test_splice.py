"""An edit inside one function is parsed with that function alone, and gives the facts of the whole text."""

from __future__ import annotations

import random
from typing import Any

import pytest

from analyzers import extract, languages, splice, syntax
from analyzers.facts import FileFacts
from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.opened import Opened, Parsed
from lsp_server.settings_table import Settings
from lsp_server.slack import Roomy

PATH = "/w/a.py"

SOURCE = '''"""A file."""
import os


@decorated
def first(xs: list[int], ys: list[int]) -> int:
    def inner(z):
        return [lambda: z for _ in ys]
    if xs:
        for x in xs:
            if x in ys:
                return x
    return inner(0)

    # a comment


class Outer:
    size = 3

    class Inner:
        @property
        def rows(self): return [row for row in self.all if row in self.seen]

        def twice(self, rows):
            text = """
            rows
            """
            return text

    @staticmethod
    def twice(rows: list[str], seen: list[str]):
        \treturn [
            rows.index(row)
            for row in rows
        ]

    def twice(self):
        import json
        return json

LIMIT = 3

if LIMIT:
    def hidden(xs):
        return sorted(xs)


async def last(rows):
    while rows:
        rows.pop(0)
'''
PIECES = [
    "x",
    "  ",
    "\n",
    "\n    ",
    "\n        ",
    "é",
    '"',
    "(",
    ":",
    "#",
    "\\\n",
    "[0]",
    " in ys",
    "    y = 1\n",
    "lambda: 0",
]


def whole(source: bytes) -> FileFacts:
    python = languages.for_path(PATH)
    assert python is not None
    return extract.facts_of(source, python)


def in_room(roomy: Roomy) -> FileFacts:
    """Of a broken text those of the editor's, moved: how a parser recovers depends on blanks, too."""
    python = languages.for_path(PATH)
    assert python is not None
    tree = syntax.parse(roomy.text, python)
    if tree.root_node.has_error:
        tree = syntax.parse(roomy.plain, python)
        syntax.make_room(tree, roomy.rooms)
    return extract.extract(tree, roomy.text, python)


def opened_in(engine: Engine) -> Opened:
    known = engine.documents.get(PATH)
    assert known is not None
    return known


@pytest.mark.parametrize("seed", range(6))
def test_the_facts_are_those_of_the_whole_text(seed: int) -> None:
    chance = random.Random(seed)
    source = good = SOURCE.encode()
    engine, alone = Engine(), 0
    for turn in range(120):
        engine.analyse(PATH, Text(source), "python", Settings())
        known = opened_in(engine)
        alone += not isinstance(known.reading, Parsed)
        assert engine.project.facts(PATH) == in_room(known.roomy), source
        start = chance.randrange(len(source))
        end = min(len(source), start + chance.choice((0, 0, 0, 1, 6)))
        source = source[:start] + chance.choice(PIECES).encode() + source[end:]
        if turn % 3 or (whole(source).has_error and turn % 4):
            source = good
    assert alone >= 10


def test_an_edit_parses_its_function_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    one = "def f{n}(xs: list[int], ys: list[int]):\n    return [x for x in xs if x in ys]\n\n\n"
    text = "".join(one.format(n=n) for n in range(400))
    parsed: list[int] = []
    within = syntax.parse_within

    def counted(source: bytes, *args: Any, **options: Any) -> Any:
        start, end = options.get("part") or (0, len(source))
        parsed.append(end - start)
        return within(source, *args, **options)

    monkeypatch.setattr(syntax, "parse_within", counted)
    monkeypatch.setattr(splice, "parse_within", counted)
    engine = Engine()
    engine.analyse(PATH, Text(text.encode()), "python", Settings())
    assert sum(parsed) >= len(text)
    for edited in (
        text.replace(
            "def f7(xs: list[int], ys: list[int]):\n", "def f7(xs: list[int], ys: list[int]):\n    y = 1\n"
        ),
        text.replace("x in ys]\n\n\ndef f200", "x in ys or x]\n\n\ndef f200"),
        text.replace("[x for x in xs if x in ys]\n\n\ndef f399", "xs\n\n\ndef f399"),
        text[:-3] + " + xs\n\n\n",
    ):
        for state in (edited, text):
            parsed.clear()
            assert engine.ready(PATH, Text(state.encode()))
            engine.analyse(PATH, Text(state.encode()), "python", Settings())
            assert sum(parsed) < 1_000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    def twice(self, rows):\n            text", "    def twice(self, rows):\n        text"),
        ("def last(rows):\n    while rows:\n        rows.pop(0)\n", "def last(rows):\nwhile rows: pass\n"),
        ("LIMIT = 3", "LIMIT = 4"),
        ("def first", "def second"),
        ("return inner(0)\n", "return inner(0)\nx = 1\n"),
        ("return inner(0)", "import sys"),
        ("# a comment", "# bigo: ignore"),
        ("return sorted(xs)", "return sorted(xs) + [xs[0]]"),
        ("    def twice(self):", "    def again(self):"),
    ],
)
def test_what_others_see_is_more_than_an_edit_of_a_function(old: str, new: str) -> None:
    engine = Engine()
    engine.analyse(PATH, Text(SOURCE.encode()), "python", Settings())
    assert SOURCE.count(old) == 1
    engine.analyse(PATH, Text(SOURCE.replace(old, new).encode()), "python", Settings())
    assert isinstance(opened_in(engine).reading, Parsed)
    assert engine.project.facts(PATH) == whole(opened_in(engine).roomy.text)


def test_a_decorator_at_another_indentation_is_none_of_the_function() -> None:
    source = "class Shelf:\n    @property\n    def rows(self):\n        return [row for row in self.all]\n"
    engine = Engine()
    engine.analyse(PATH, Text(source.encode()), "python", Settings())
    odd = source.replace("    def", "@cached\n    def")
    engine.analyse(PATH, Text(odd.encode()), "python", Settings())
    assert engine.project.facts(PATH) == in_room(opened_in(engine).roomy)
