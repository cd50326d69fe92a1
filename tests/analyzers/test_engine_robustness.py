"""Odd, broken and hostile sources: an answer for every one of them, after a bounded amount of work.

Work is counted in functions run (`Summaries.runs`), never in seconds.
"""

from __future__ import annotations

import random
import sysconfig
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzers import languages
from analyzers.check import check, complexity, report, summaries_of
from analyzers.evaluate.circles import MAX_MEMBERS, MAX_RUNS
from analyzers.extract import facts_of
from analyzers.findings import FunctionReport
from analyzers.project.index import Project
from analyzers.text import Text

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
SAMPLE = (
    "heapq.py", "textwrap.py", "graphlib.py", "fractions.py", "shlex.py", "difflib.py", "json/decoder.py", "sched.py",
    "asyncio/queues.py", "email/_parseaddr.py", "html/parser.py", "concurrent/futures/_base.py", "copy.py", "types.py",
)  # fmt: skip
SERVICE = """\
import { Injectable } from "@nestjs/common";
import { PrismaClient } from "@prisma/client";

@Injectable()
export class Orders<T extends { id: number }> {
  private readonly seen = new Map<number, T[]>();
  constructor(private readonly prisma: PrismaClient, readonly sizes: number[] = []) {}

  async load(ids: number[], { deep = false, ...rest }: { deep?: boolean } = {}) {
    const found: unknown[] = [];
    for (const id of ids) {
      found.push(await this.prisma.order.findUnique({ where: { id }, ...rest }));
      if (this.sizes.includes(id)) continue;
    }
    return Promise.all(found.map(async (order, i) => ({ ...order, i, name: `${order}-${i}` })));
  }

  *each(): Generator<T> {
    for (const group of this.seen.values()) for (let i = 0; i < group.length; i++) yield group[i];
  }
}
"""


def answered(files: dict[str, str | bytes]) -> tuple[list[FunctionReport], int]:
    """All reports of all files, and how many functions were run for them."""
    project = Project()
    for path, source in files.items():
        language = languages.for_path(path)
        assert language is not None
        project.update(path, facts_of(source if isinstance(source, bytes) else source.encode(), language))
    reports: list[FunctionReport] = []
    for path, source in files.items():
        text = Text.of(source.decode("utf-8", "replace") if isinstance(source, bytes) else source)
        check(project, path, text)
        reports += complexity(project, path)
    assert not summaries_of(project).active
    return reports, summaries_of(project).runs


# --------------------------------------------------------------------------------------------- ordinary code


@pytest.mark.parametrize("name", SAMPLE)
def test_the_standard_library_is_answered(name: str) -> None:
    source = (LIBRARY / name).read_bytes()
    reports, runs = answered({f"/lib/{name}": source})
    assert len(reports) > 3
    assert runs < 40 * len(reports)


# ---------------------------------------------------------------------------------------------- broken code


def broken(source: str, choose: random.Random) -> str:
    """The source after one to three accidents of editing."""
    for _ in range(choose.randint(1, 3)):
        lines = source.split("\n")
        at = choose.randrange(len(lines))
        kind = choose.choice(("cut", "drop", "swap", "bracket", "indent", "double", "noise", "half"))
        if kind == "cut":
            source = source[: choose.randrange(len(source) + 1)]
        elif kind == "drop":
            start = choose.randrange(len(source) + 1)
            source = source[:start] + source[start + choose.randint(1, 40) :]
        elif kind == "noise":
            start = choose.randrange(len(source) + 1)
            source = (
                source[:start]
                + choose.choice(("\x00", "é", "😀", '"""', "`${", "\\", "\r", "\ufeff", "/*", "@"))
                + source[start:]
            )
        else:
            if kind == "swap":
                other = choose.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            elif kind == "bracket":
                lines[at] += choose.choice("()[]{}:,")
            elif kind == "indent":
                lines[at] = choose.choice(("\t", "   ", "            ")) + lines[at].lstrip()
            elif kind == "double":
                lines[at:at] = lines[at : at + 30]
            else:
                del lines[at : at + choose.randint(1, 20)]
            source = "\n".join(lines)
    return source


@pytest.mark.parametrize("name", ["heapq.py", "graphlib.py", "sched.py", "orders.ts", "orders.tsx"])
def test_broken_code_is_answered(name: str) -> None:
    source = (LIBRARY / name).read_text("utf-8") if name.endswith(".py") else SERVICE
    choose = random.Random(name)
    for _ in range(16):
        answered({f"/p/{name}": broken(source, choose)})


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200), st.sampled_from(["/p/a.py", "/p/a.ts", "/p/a.tsx", "/p/a.js"]))
def test_any_bytes_are_answered(source: bytes, path: str) -> None:
    answered({path: source})


# --------------------------------------------------------------------------------------------------- nests

HEADS = (
    "for v{i} in xs:", "for v{i} in v{j}:", "for v{i} in v{j}.parts:", "if v{j}:", "while n:", "with xs as v{i}:",
    "def g{i}(a):", "class C{i}:", "async for v{i} in xs:", "for v{i} in range(v{j}, n):", "if n:\n{pad} pass\n{pad}elif n:",
    "try:\n{pad} pass\n{pad}except E as e:",
)  # fmt: skip
WRAPPERS = (
    "({})", "[{}]", "f({})", "{{1: {}}}", "(lambda a: {})", "(lambda a: {})(xs)", "[{} for v in xs]", "not {}", "{}.a", "{}()",
    "xs[{}]", "{}[0]", "({} if n else n)", "(y := {})", "sorted({}, key=lambda v: v)", "await {}", "f(*{})", "f(**{})", "f'{{{}}}'",
)  # fmt: skip


def nested(heads: list[str], depth: int) -> str:
    lines = ["async def f(xs, n, v0):"]
    for i in range(1, depth + 1):
        pad = " " * i
        lines.append(pad + heads[i % len(heads)].format(i=i, j=i - 1, pad=pad))
    return "\n".join([*lines, " " * (depth + 1) + "n -= 1", ""])


def wrapped(wrappers: list[str], depth: int) -> str:
    text = "xs"
    for i in range(depth):
        text = wrappers[i % len(wrappers)].format(text)
        if len(text) > 100_000:
            break
    return f"async def f(xs, n):\n    return {text}\n"


@settings(max_examples=14, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(HEADS), min_size=1, max_size=3), st.sampled_from([3, 30, 120, 500]))
def test_nests_of_statements(heads: list[str], depth: int) -> None:
    _, runs = answered({"/p/a.py": nested(heads, depth)})
    assert runs <= 3 * depth + 10


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(WRAPPERS), min_size=1, max_size=3), st.sampled_from([3, 30, 500]))
def test_nests_of_expressions(wrappers: list[str], depth: int) -> None:
    _, runs = answered({"/p/a.py": wrapped(wrappers, depth)})
    assert runs <= 3 * depth + 10


@pytest.mark.parametrize(
    "source",
    [
        "function f(xs) {" + "for (const x of xs) {" * 500 + "}" * 500 + "}",
        "function f(xs: any[]) { return " + "xs.map((x: any[]) => " * 300 + "x" + ")" * 300 + "}",
        "".join(f"function f{i}() {{" for i in range(500)) + "}" * 500,
        "const f = " + "a => " * 500 + "a",
        "x = " + "a ? b : " * 500 + "c",
        "x" + ".then(y => y)" * 300,
        "function f(a, b) { for (const x of a) { b = {...b, ...a, x: {...b}}; a = [...a, ...b, ...a]; } }",
    ],
    ids=["loops", "callbacks", "functions", "arrows", "ternaries", "promises", "spreads"],
)
def test_nests_of_typescript(source: str) -> None:
    _, runs = answered({"/p/a.ts": source})
    assert runs <= 1100


# ------------------------------------------------------------------------------------------- calls in circles


def test_a_ring_of_functions() -> None:
    """Every function is run a few times, although each leads to all the others and a chain is followed in parts."""
    count = 800
    source = "".join(
        f"def f{i}(xs):\n    for x in xs: print(x)\n    f{(i + 1) % count}(xs)\n\n" for i in range(count)
    )
    _, runs = answered({"/p/a.py": source})
    assert runs <= 10 * count


def test_functions_that_all_call_each_other() -> None:
    count = 12
    calls = "".join(f"    f{j}(xs)\n" for j in range(count))
    source = "".join(f"def f{i}(xs):\n    for x in xs: print(x)\n{calls}\n" for i in range(count))
    reports, runs = answered({"/p/a.py": source})
    assert runs <= count * MAX_RUNS
    assert len(reports) == count + 1


def test_a_large_circle_is_followed_a_few_calls_deep() -> None:
    """All functions lead back to each other: followed to the end each question would spend its whole budget."""
    count = 120
    source = "".join(
        f"def f{i}(x, y=None):\n    for z in x: print(z)\n    f{(i * 7 + 1) % count}([x])\n    f{(i * 11 + 3) % count}(x, {{}})\n\n"
        for i in range(count)
    )
    reports, runs = answered({"/p/a.py": source})
    assert len(reports) == count + 1
    assert runs < 20 * count


def test_a_circle_is_large_where_all_its_answers_were_kept() -> None:
    """`member` is run once below `entry`; to the steps it is handed from memory, so that no call comes back in them."""
    steps = range(24)
    source = "def entry(xs):\n    member(xs)\n    return many(xs)\n\ndef member(xs):\n    for x in xs: entry(x)\n\n"
    source += "def many(xs):\n" + "".join(f"    step{i}(xs)\n" for i in steps)
    source += "".join(f"\ndef step{i}(xs):\n    return member(xs)\n" for i in steps)
    reports, runs = answered({"/p/a.py": source})
    assert "entry" in {report.qualname for report in reports}
    assert runs <= 8 * len(reports)


def test_a_parser_is_run_a_handful_of_times() -> None:
    """Levels of operators lead down to what stands in brackets, and that to the first level again: a chain that closes."""
    levels = 60
    source = "class Parser:\n    def level0(self, end):\n        return self.level1(end)\n\n"
    for i in range(1, levels):
        below = f"self.level{(i + 1) % levels}(end)"
        source += (
            f"    def level{i}(self, end):\n        left = {below}\n        while self.at < end:\n            left = (left, {below})\n"
            f"        return self.level{i * 7 % levels}(left) if end else left\n\n"
        )
    reports, runs = answered({"/p/a.py": source})
    assert len(reports) == levels + 1
    assert runs < 20 * levels


def circles(choose: random.Random) -> str:
    """Functions that call each other at random, some more than others, with loops and lists of their own."""
    count = choose.choice((6, MAX_MEMBERS - 1, MAX_MEMBERS + 1, 24, 60))
    lines: list[str] = []
    for i in range(count):
        lines += [f"def f{i}(xs, n=None):", "    out = []"]
        for _ in range(choose.randint(1, 3)):
            other, given = (
                choose.randrange(count),
                choose.choice(("xs", "out", "[xs]", "xs, 1", "xs[1:]", "n")),
            )
            lines += choose.choice(
                (
                    [f"    f{other}({given})"],
                    [f"    for x in xs: f{other}(x)"],
                    ["    for x in xs:", f"        out.append(f{other}({given}))"],
                    [f"    if n in f{other}({given}): return xs"],
                )
            )
        lines += ["    return out", ""]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(12))
def test_circles_are_answered_alike_in_any_order(seed: int) -> None:
    choose = random.Random(seed)
    source = circles(choose).encode()
    language = languages.for_path("/p/a.py")
    assert language is not None
    facts = facts_of(source, language)
    said: dict[str, FunctionReport | None] = {}
    for _ in range(3):
        project = Project()
        project.update("/p/a.py", facts)
        for function in choose.sample(facts.functions, len(facts.functions)):
            found = report(project, "/p/a.py", function.qualname)
            assert said.setdefault(function.qualname, found) == found


CIRCLES = {
    "aliases in quotes": (
        "from collections.abc import Mapping, Sequence\n"
        'Json = None | str | Sequence["Json"] | Mapping[str, "Json"]\n'
        'Odd = Odd["Odd"]\n'
        "def f(xs: Json, ys: Odd, zs: 'list[Json]'):\n"
        "    return [x for x in xs for z in zs]\n"
    ),
    "classes": "class A(B):\n    def m(self):\n        for x in self.a: self.m()\nclass B(C): pass\nclass C(A):\n    a = []\n",
    "class of itself": "class A(A):\n    def m(self):\n        for x in self.a: self.m(); self.q\n",
    "holders": "x = [x]\na.b = a\ndef f(a):\n    a.b = a\n    a = [a]\n    for q in a: a = {1: a}\n    while a: a = a.b = [a]\n",
    "swaps": "def f(a, b):\n    while a != b: a, b = b, a % b\n    while a: a, b = b, [a, b]\n    for i in a: a, b = (b, a), (a, b)\n",
    "walrus": "def f(x):\n    while (x := [x]): print((y := (z := x)))\n    return [(q := [q]) for q in x if (x := q)]\n",
    "stars": "def f(*a, **k):\n    for x in a: f(*a, **k); f(*x, **x)\ndef g(*a): f(*a, *a, *[a], **{'a': a})\n",
    "generators": "def g(x):\n    while True:\n        yield from g(x)\n        y = yield (yield x)\ndef h(x):\n    for a in g(h(g(x))): yield a\n",
    "callbacks": "def f(cb, x):\n    for y in x: cb(cb, x)\n    return cb(f, x)\nf(f, [1])\ndef g(x): return f(g, x) + f(lambda c, x: f(c, x), x)\n",
    "lambdas": "w = lambda x: x(x)\nw(w)\ndef y(f): return (lambda x: f(lambda v: x(x)(v)))(lambda x: f(lambda v: x(x)(v)))\n",
    "growth": "def f(xs):\n    a = []\n    for x in xs:\n        a.append(a)\n        a.extend(a)\n        a += a\n        for y in a: a.append(y)\n",
    "decorators": "@d\n" * 500 + "def f(x): pass\n",
    "properties": "class C:\n" + "".join(f"    @property\n    def p{i}(self):\n        for x in self.p{(i + 1) % 30}: yield self.p{(i + 7) % 30}\n" for i in range(30)),
}  # fmt: skip


@pytest.mark.parametrize("source", CIRCLES.values(), ids=CIRCLES.keys())
def test_circles(source: str) -> None:
    reports, runs = answered({"/p/a.py": source})
    assert reports
    assert runs <= 100 * len(reports)


def test_stars_and_imports_in_a_circle() -> None:
    files: dict[str, str | bytes] = {
        f"/p/m{i}.py": f"from m{(i + 1) % 8} import *\nimport m{(i + 3) % 8} as y\nclass A(y.A): pass\n"
        f"def f{i}(x):\n    for z in x: f{(i + 1) % 8}(z); nothing(z); y.f1.y.f2(z); A().z\n"
        for i in range(8)
    }
    _, runs = answered(files)
    assert runs <= 400


# -------------------------------------------------------------------------------------------------- doubling

DOUBLING = {
    "dict": "    a = {a: a}\n",
    "tuple": "    a = (a, a)\n",
    "list": "    a = [a, a]\n",
    "either": "    a = (a, b) if b else (b, a)\n    b = (b, a) if a else (a, b)\n",
    "branches": "    if a:\n        a = (a, b)\n    else:\n        b = {a: b}\n",
    "zip": "    a = list(zip(a, a))\n",
    "comprehension": "    a = {x: a for x in b}\n",
    "stored": "    a[a] = a\n    b.append((a, b))\n",
}


@pytest.mark.parametrize("line", DOUBLING.values(), ids=DOUBLING.keys())
def test_values_that_double_inside(line: str) -> None:
    """Sixty doublings written out as a tree would be 2^60 nodes: this ends only because they are not."""
    body = line * 60
    source = f"def f(a, b):\n{body}    return a\n\n\ndef g(b):\n    a, b = {{}}, []\n{body}    return a\n\n\ndef h(xs):\n    for x in xs: f(f(x, x), g(x))\n"
    _, runs = answered({"/p/a.py": source})
    assert runs <= 12


def test_functions_that_double() -> None:
    chain = "".join(f"def a{i + 1}(q): return (a{i}(q), a{i}(a{i}(q)))\n" for i in range(30))
    _, runs = answered({"/p/a.py": "def a0(q): return {q: [q]}\n" + chain})
    assert runs <= 400
    lambdas = "".join(f"    a{i + 1} = lambda q: a{i}(a{i}(q))\n" for i in range(30))
    _, runs = answered({"/p/a.py": f"def f(x):\n    a0 = lambda q: q\n{lambdas}    return a30(x)\n"})
    assert runs <= 40


@pytest.mark.parametrize("name", ["execute", "get", "fetchrow", "query", "scalars", "delete", "find"])
def test_methods_that_nobody_wrote_a_call_of(name: str) -> None:
    source = f"""from operator import methodcaller


def rows(sessions, key):
    return sorted(sessions, key=methodcaller("{name}", "row-type")), list(map(methodcaller("{name}", key, 1), sessions))
"""
    reports, _ = answered({"a.py": source})
    assert [report.qualname for report in reports if report.qualname == "rows"]


def test_large_files() -> None:
    for source in (
        "x = [" + ",".join(map(str, range(20_000))) + "]\n",
        "x = '" + "a" * 2_000_000 + "'\n",
        "x = " + "9" * 50_000 + "\nfor i in range(x * x): pass\nb = 'a' * 999999999999\n",
        "".join(f"x{i} = f(x{i - 1}, [x{i - 1}])\n" for i in range(5_000)),
        "def f("
        + ",".join(f"a{i}" for i in range(150))
        + "):\n"
        + "".join(f"    for x in a{i}: pass\n" for i in range(150)),
    ):
        _, runs = answered({"/p/a.py": source})
        assert runs <= 4


# ------------------------------------------------------------------------------------------- what is run anew


def test_a_circle_of_calls_that_was_left_is_not_run_for_a_further_question() -> None:
    circle = """
        def even(n, seen):
            for each in seen:
                print(each)
            return odd(n - 1, seen) if n else True

        def odd(n, seen):
            return even(n - 1, seen) if n else False
        """
    one = "\n\ndef first(ns):\n    for n in ns:\n        even(n, [])\n"
    many = "".join(one.replace("first", f"f{number}") for number in range(6))
    source = textwrap.dedent(circle)
    _, alone = answered({"/p/a.py": source + one})
    _, runs = answered({"/p/a.py": source + many})
    assert runs - alone <= 5


def test_what_a_set_of_rows_says_of_itself_does_not_tell_calls_apart() -> None:
    models = "from django.db import models\n" + "".join(
        f"\nclass M{number}(models.Model):\n    name = models.TextField()\n" for number in range(8)
    )
    calls = "".join(
        f"\ndef f{number}(names):\n    for name in names:\n        label(M{number}.objects.all().model)\n"
        for number in range(8)
    )
    helper = "\ndef label(model):\n    return str(model)\n"
    _, runs = answered({"/p/models.py": models + helper + calls})
    assert runs <= 8 + 3


def test_an_if_whose_body_is_not_written_yet() -> None:
    """What is told of the loops around it stays; a fix that would write its body elsewhere is not offered."""
    source = """\
def attach(users: list[User], orders: list[Order]):
    for user in users:
        for order in orders:
            if order.user_id == user.id:
"""
    for text in (source, source + "    (\n"):
        project = Project()
        language = languages.for_path("/w/a.py")
        assert language is not None
        project.update("/w/a.py", facts_of(text.encode(), language))
        found = check(project, "/w/a.py", Text(text.encode()))
        assert [finding.rule for finding in found] == ["nested-scan"]
        assert not any(finding.fixes for finding in found)


@pytest.mark.parametrize("kind", ["Optional[()]", "dict[()]", "tuple[()]", "Optional[]"])
def test_a_type_whose_arguments_are_not_written_yet(kind: str) -> None:
    reports, _ = answered({"/w/a.py": f"def all_of(rows: {kind}) -> {kind}:\n    return rows\n"})
    assert [report.qualname for report in reports] == ["<module>", "all_of"]
