"""Documents with room in them: edits move nothing inside, and nothing of it shows outside."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from analyzers import extract, languages, rules
from analyzers.check import check, summaries_of
from analyzers.findings import Confidence, Cost, Finding, Place, Severity
from analyzers.project.index import Project
from analyzers.rules.base import Example
from analyzers.text import Span, Text
from lsp_server.analyzer import Wanted
from lsp_server.engine import Engine
from lsp_server.rebase import changed_part
from lsp_server.settings_table import Settings
from lsp_server.slack import Roomy, finding_outside, gaps_in

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

SCRIPT = """\
import { rows } from './rows'

const LIMIT = 3

@Injectable()
export class Holder {
  private seen: string[] = []

  constructor(private readonly store: Store) {}

  @Get()
  allOf(xs: string[], ys: string[]) {
    const text = `
  notAMethod(xs) {
${xs.length}
function nor(this) {
`
    return xs.filter((x) => ys.includes(x)).concat(text)
  }

  async each(
    ids: string[],
  ): Promise<string[]> {
    for (const id of ids) {
      await this.store.get(id) // one by one
    }
    return ids
  }
}

export const last = (names: string[], known: string[]) => {
  return names.filter((name) => known.indexOf(name) >= 0)
}

describe('all', () => {
  it('works', () => {
    expect(last(['a'], ['b'])).toEqual([])
  })
})
"""

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
    roomy = Roomy(plain, gaps_in(plain, "python"))
    for gap in roomy.gaps:
        line = roomy.text[:gap].rpartition(b"\n")[2]
        assert line.strip() not in (b"@decorated", b")", b"def inner(z):")
        assert roomy.text[gap:].lstrip(b" ")[:1] == b"\n"
    assert len(roomy.gaps) >= 6


@pytest.mark.parametrize("seed", range(5))
def test_positions_go_in_and_out(seed: int) -> None:
    chance = random.Random(seed)
    plain = SOURCE.encode()
    roomy = Roomy(plain, gaps_in(plain, "python"), room=20)
    for _ in range(200):
        start = chance.randrange(len(plain))
        end = min(len(plain), start + chance.choice((0, 0, 1, 3, 12)))
        new = plain[:start] + chance.choice(PIECES).encode() + plain[end:]
        before = roomy.text
        changed = roomy.edited(new, *changed_part(plain, new))
        if changed is None:
            roomy = Roomy(new, gaps_in(new, "python"), room=20)
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


def analysed(engine: Engine, source: bytes, language: str = "python") -> tuple[object, ...]:
    path = PATH if language == "python" else "/w/a.ts"
    findings = engine.analyse(path, Text(source), language, Settings())
    return findings, engine.reports(path)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("language", "written"), [("python", SOURCE), ("typescript", SCRIPT)])
def test_after_any_edits_it_says_what_a_fresh_one_says(seed: int, language: str, written: str) -> None:
    chance = random.Random(seed)
    source = good = written.encode()
    engine = Engine()
    for turn in range(40):
        start = chance.randrange(len(source))
        end = min(len(source), start + chance.choice((0, 0, 0, 1, 5)))
        source = source[:start] + chance.choice(PIECES).encode() + source[end:]
        if turn % 5 == 4:
            source = good
        assert analysed(engine, source, language) == analysed(Engine(), source, language), source


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("typescript", "export const last", "ex`t const last"),
        ("typescript", "allOf(xs: string[]", "allOf(xs: st/*ring[]"),
        ("python", "def first(xs: list[int]", "def firstself.s: list[int]"),
        ("python", "-> int:", "-> i[nt:"),
    ],
)
def test_a_broken_text_is_read_as_if_it_were_the_first(language: str, before: str, after: str) -> None:
    """How a parser recovers depends on the tree it had before, and on the blanks in what it leaves out."""
    text = SOURCE if language == "python" else SCRIPT
    assert before in text
    engine = Engine()
    analysed(engine, text.encode(), language)
    for broken in (text.replace(before, before + "é" + after), text.replace(before, after)):
        assert analysed(engine, broken.encode(), language) == analysed(Engine(), broken.encode(), language)
    assert analysed(engine, text.encode(), language) == analysed(Engine(), text.encode(), language)


JOINED = """\
def attach(users, orders):
    for user in users:
        for order in orders:
            if order.user_id == user.id:  # theirs
                user.orders.append(order)


def other(users):
    return users
"""


def test_what_a_fix_writes_has_no_room_in_it() -> None:
    findings = Engine().analyse(PATH, Text(JOINED.encode()), "python", Settings())
    written = [edit.text for finding in findings for fix in finding.fixes for edit in fix.edits]
    assert any("user.orders.append(order)" in text for text in written)
    assert all(line == line.rstrip() for text in written for line in text.split("\n"))


EXAMPLES = [
    pytest.param(example, id=f"{rule.name}-{kind}-{number}")
    for rule in rules.all_rules()
    for kind, some in (("bad", rule.bad), ("good", rule.good))
    for number, example in enumerate(some)
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_room_is_no_reason_to_find_or_offer_anything_else(example: Example) -> None:
    path = "/w/a.py" if example.language == "python" else "/w/a.ts"
    language, text, project = languages.for_path(path), Text(example.code.encode()), Project()
    assert language is not None
    project.update(path, extract.facts_of(text.source, language))
    found = Engine().analyse(path, text, language.name, Settings())
    assert found == check(project, path, text)


SPLIT = """\
interface User { id: number; name: string }
interface Order { userId: number }

export function names(users: User[], orders: Order[]) {
  return orders.map((order) => users.find((user) => user.id === order.
userId)?.name)
}
"""


def test_what_is_told_of_several_lines_stands_on_one() -> None:
    findings = Engine().analyse("/w/a.ts", Text(SPLIT.encode()), "typescript", Settings())
    assert any("`user.id === order. userId`" in finding.message for finding in findings)


def test_a_script_has_room_in_front_of_methods_and_functions_that_are_handed_on() -> None:
    roomy = Roomy(SCRIPT.encode(), gaps_in(SCRIPT.encode(), "typescript"))
    behind = {roomy.text[gap:].split(None, 1)[0] for gap in roomy.gaps if roomy.text[gap:].strip()}
    assert {b"@Injectable()", b"@Get()", b"async", b"export", b"describe('all',", b"it('works',"} <= behind


def test_an_edit_of_a_script_runs_one_function_wherever_it_is() -> None:
    engine = Engine()
    methods = "".join(
        f"  m{n}(xs: string[], ys: string[]) {{\n    return xs.filter((x) => ys.includes(x))\n  }}\n\n"
        for n in range(30)
    )
    script = f"export class Holder {{\n{methods}}}\n"

    def runs(source: str) -> int:
        before = summaries_of(engine.project).runs
        found = engine.analyse("/w/a.ts", Text(source.encode()), "typescript", Settings())
        assert len(found) == 30
        assert source == script or found == Engine().analyse(
            "/w/a.ts", Text(source.encode()), "typescript", Settings()
        )
        return summaries_of(engine.project).runs - before

    whole = runs(script)
    assert whole >= 30
    edited = script.replace(
        "  m3(xs: string[], ys: string[]) {\n", "  m3(xs: string[], ys: string[]) {\n    let n = 1\n"
    )
    assert runs(edited) <= whole / 10
    assert runs(script) <= whole / 10


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
    target = engine.target(Wanted(PATH, text, "last", "/w", {PATH: text}.get, (), Settings()))
    assert target.text == SOURCE
    function = next(one for one in facts.functions if one.name == "last")
    assert text.slice(Span(function.start, function.end)).startswith("def last(")
    changed = SOURCE.replace("count = 0", "count = 10")
    assert analysed(engine, changed.encode()) == analysed(Engine(), changed.encode())


def test_what_findings_have_in_common_has_the_positions_of_the_text() -> None:
    roomy = Roomy(b"a\nb\nc\n", (1, 3))
    place = Place(PATH, Span(roomy.inside(2), roomy.inside(3)))
    held = Finding("r", place, "", Severity.HINT, Confidence.LOW, Cost(), "", cause=place)
    assert finding_outside(held, {PATH: roomy}).cause == Place(PATH, Span(2, 3))
    assert finding_outside(held, {}).cause == place


def test_a_finding_that_has_not_moved_is_the_object_it_was() -> None:
    """Those below an edit move, and all of them where another is sent that names another file."""
    one = "def f{n}(xs: list[str], ys: list[str]):\n    return [x for x in xs if x in ys]\n\n\n"
    text = "".join(one.format(n=n) for n in range(10))
    engine = Engine()
    before = engine.analyse(PATH, Text(text.encode()), "python", Settings())
    assert engine.analyse(PATH, Text(text.encode()), "python", Settings()) == before
    edited = text.replace("def f5(xs", "def f5(zs, xs")
    now = engine.analyse(PATH, Text(edited.encode()), "python", Settings())
    assert [a is b for a, b in zip(before, now, strict=True)] == [True] * 5 + [False] * 5
    assert now == Engine().analyse(PATH, Text(edited.encode()), "python", Settings())
    back = engine.analyse(PATH, Text(text.encode()), "python", Settings())
    assert back == before
