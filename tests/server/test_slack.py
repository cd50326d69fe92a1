"""Documents with room in them: edits move nothing inside, and nothing of it shows outside."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from analyzers.check import summaries_of
from analyzers.text import Span, Text
from lsp_server.engine import Engine
from lsp_server.rebase import changed_part
from lsp_server.settings_table import Settings
from lsp_server.slack import Roomy, gaps_in

PATH = "/w/a.py"

SOURCE = '''"""A file.

def not_a_function():
    pass

"""
import os

LIMIT = [1, 2]  # a list


@decorated
@twice(
    "x"
)
def first(xs: list[int], ys: list[int]) -> int:
    count = 0
    for x in xs:
        if x in ys:  # slow
            count += 1
    return count


class Holder:
    """Holds.

    def neither():
    """

    size = 3

    def all_of(self, xs: list[str], ys: list[str]):
        def inner(z):
            return z in ys
        return [x for x in xs if x in ys and inner(x)]

    async def é(self, rows: list[str], seen: list[str]):
        return sum(1 for row in rows if row in seen)
    # bigo: ignore

def last(rows: list[str]):
    text = """
def in_a_text():
    pass
"""
    return [rows.index(row) for row in rows], text
'''

PIECES = [
    "x",
    " ",
    "\n",
    "    ",
    "é",
    '"',
    "(",
    ")",
    ":",
    "#",
    "def f(xs):\n    return xs\n",
    "\\\n",
    "    total = 1\n",
    "\r\n",
    "x" * 300,
]


def test_room_is_made_where_it_means_nothing() -> None:
    plain = SOURCE.encode()
    roomy = Roomy(plain, gaps_in(plain))
    for gap in roomy.gaps:
        line = roomy.text[:gap].rpartition(b"\n")[2]
        assert line.strip() not in (b"@decorated", b")", b"def inner(z):")
        assert roomy.text[gap:].lstrip(b" ")[:1] == b"\n"
    assert len(roomy.gaps) >= 6


@pytest.mark.parametrize("seed", range(5))
def test_positions_go_in_and_out(seed: int) -> None:
    chance = random.Random(seed)
    plain = SOURCE.encode()
    roomy = Roomy(plain, gaps_in(plain), room=20)
    for _ in range(200):
        start = chance.randrange(len(plain))
        end = min(len(plain), start + chance.choice((0, 0, 1, 3, 12)))
        new = plain[:start] + chance.choice(PIECES).encode() + plain[end:]
        before = roomy.text
        changed = roomy.edited(new, *changed_part(plain, new))
        if changed is None:
            roomy = Roomy(new, gaps_in(new), room=20)
        else:
            gone, come = changed
            assert before[: gone.start] == roomy.text[: come.start]
            assert before[gone.end :] == roomy.text[come.end :]
        plain = new
        assert roomy.plain == plain
        for at in range(0, len(plain), 7):
            assert roomy.outside(roomy.inside(at)) == at
            assert roomy.text[roomy.inside(at)] in (plain[at], ord(" "))
        gaps = roomy.gaps
        kept = "".join(chr(c) for c in roomy.text)
        for gap, room in reversed(list(zip(gaps, roomy._room, strict=True))):
            kept = kept[:gap] + kept[gap + room :]
        assert kept == "".join(chr(c) for c in plain)


def analysed(engine: Engine, source: bytes) -> tuple[object, ...]:
    findings = engine.analyse(PATH, Text(source), "python", Settings())
    return findings, engine.reports(PATH)


@pytest.mark.parametrize("seed", range(4))
def test_after_any_edits_it_says_what_a_fresh_one_says(seed: int) -> None:
    chance = random.Random(seed)
    source = good = SOURCE.encode()
    engine = Engine()
    for turn in range(40):
        start = chance.randrange(len(source))
        end = min(len(source), start + chance.choice((0, 0, 0, 1, 5)))
        source = source[:start] + chance.choice(PIECES).encode() + source[end:]
        if turn % 5 == 4:
            source = good
        assert analysed(engine, source) == analysed(Engine(), source), source


def test_an_edit_runs_one_function_wherever_it_is() -> None:
    engine = Engine()
    functions = "".join(
        f"def f{n}(xs: list[int], ys: list[int]):\n    return [x for x in xs if x in ys]\n\n\n"
        for n in range(40)
    )

    def runs(source: str) -> int:
        before = summaries_of(engine.project).runs
        findings = engine.analyse(PATH, Text(source.encode()), "python", Settings())
        for finding in findings:
            assert source.encode()[finding.place.span.start : finding.place.span.end].startswith(b"x in ys")
        return summaries_of(engine.project).runs - before

    assert runs(functions) >= 40
    longer = functions.replace(
        "def f3(xs: list[int], ys: list[int]):\n", "def f3(xs: list[int], ys: list[int]):\n    count = 1\n"
    )
    assert runs(longer) == 1
    assert runs(functions) == 1
    assert runs(functions.replace("x in ys", "x in ys ", 1)) == 1


def test_who_slices_the_text_gets_the_editors_own(tmp_path: Path) -> None:
    engine = Engine()
    text = Text(SOURCE.encode())
    engine.analyse(PATH, text, "python", Settings())
    facts = engine.facts(PATH)
    assert facts is not None
    target = engine.target(PATH, text, "last", "/w", {PATH: text}.get, (), Settings(), 1)
    assert target.text == SOURCE
    function = next(one for one in facts.functions if one.name == "last")
    assert text.slice(Span(function.start, function.end)).startswith("def last(")
    changed = SOURCE.replace("count = 0", "count = 10")
    assert analysed(engine, changed.encode()) == analysed(Engine(), changed.encode())
