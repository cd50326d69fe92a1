"""What an edit costs by where it is made: calls of this project's functions in Python, for the engine's part of a keystroke.

    python benchmarks/edit_kinds.py FILE... [--only KIND...] [--most 20]
    python benchmarks/edit_kinds.py FILE... --functions 60

A line (or a comment, a parameter, a definition) is written into each file and taken back, three times, at the place of each kind
that is nearest to the file's middle. Told are the calls of the first edit, of the last that writes and of the last that takes
back, which no load changes; with `--most` also which functions are called most often. With `--functions` a line is written at the end
of so many functions of each file, taken at random, and told is what the median of them costs, the tenth and the twentieth part
that cost most, the dearest of them and all on average: calls of the project's functions, and all calls, those of C among them.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from latency import edit_site

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "server"))

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LONG = 25
"""Lines of a long loop."""

HOLDS = 15
"""The same of a function that holds others."""

SCRIPT = (
    ("a statement", r"^\s+return \w", 0, "let undefined_{n} = 1;"),
    ("a comment", r"^\s+return \w", 0, "// undefined {n}"),
    ("in a loop", r"^\s+for \(", 1, "let undefined_{n} = 1;"),
    ("top level", r"^(?:export )?(?:async )?(?:function|class|const)", 0, "let undefined_{n} = 1;"),
    ("a comment there", r"^(?:export )?(?:async )?(?:function|class|const)", 0, "// undefined {n}"),
    ("in a class", r"^  (?:private |public |async |static )*\w+\(.*\{$", 0, "undefined_{n} = 1;"),
    ("an import", r"", 0, "import {{ undefined_{n} }} from './undefined';"),
)
"""JavaScript and TypeScript: a kind, the line it is made at, how many lines further on, and what is written."""


class Site(NamedTuple):
    row: int  # from 0
    column: int
    piece: str  # with `{n}` for what differs from edit to edit


def sites(path: Path, lines: list[str]) -> dict[str, Site]:
    return python(lines) if path.suffix == ".py" else dict(script(lines))


def python(lines: list[str]) -> dict[str, Site]:
    tree, half = ast.parse("\n".join(lines)), len(lines) // 2

    def near(nodes: Iterable[ast.AST]) -> ast.AST | None:
        return min(nodes, key=lambda node: abs(node.lineno - half), default=None)

    def at(row: int, piece: str) -> Site:
        indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
        return Site(row, 0, "".join(f"{indent}{line}\n" for line in piece.split("\n")))

    def within(node: ast.AST | None) -> Site | None:
        return at(node.body[-1].lineno - 1, "undefined_{n} = 1") if node is not None else None

    def before(node: ast.AST | None, piece: str) -> Site | None:
        if node is None:
            return None
        return at(min(one.lineno for one in (node, *node.decorator_list)) - 1, piece)

    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    inner = {
        one for node in functions for one in ast.walk(node) if isinstance(one, FUNCTIONS) and one is not node
    }
    outer = [node for node in functions if node not in inner]
    loops = [
        loop
        for node in outer
        for loop in ast.walk(node)
        if isinstance(loop, (ast.For, ast.While)) and loop.body[0].lineno > loop.lineno
    ]
    top = near(node for node in tree.body if isinstance(node, (*FUNCTIONS, ast.ClassDef)))
    methods = [
        one
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for one in node.body
        if isinstance(one, FUNCTIONS)
    ]
    told = near(
        node for node in outer if ast.get_docstring(node) and node.body[0].end_lineno > node.body[0].lineno
    )
    given = near(node for node in outer if node.args.args)
    row = edit_site(lines)
    found = {
        "a statement": at(row, "undefined_{n} = 1"),
        "a comment": at(row, "# undefined {n}"),
        "in a loop": within(near(loops)),
        "in a long loop": within(near(loop for loop in loops if loop.end_lineno - loop.lineno > LONG)),
        "in a nested function": within(near(one for one in inner if one.body[-1].lineno > one.lineno)),
        "beside a nested function": within(
            near(one for one in outer if one.end_lineno - one.lineno > HOLDS and inner & set(ast.walk(one)))
        ),
        "a docstring": Site(told.body[0].lineno, 0, "undefined {n}\n") if told is not None else None,
        "a parameter": Site(given.args.args[-1].lineno - 1, given.args.args[-1].col_offset, "p{n}_")
        if given
        else None,
        "in a class": before(near(methods), "undefined_{n} = 1"),
        "a method": before(near(methods), "def undefined_{n}(self):\n    return self\n"),
        "top level": before(top, "UNDEFINED_{n} = 1"),
        "a comment there": before(top, "# undefined {n}"),
        "a function": before(top, "def undefined_{n}(rows):\n    return rows\n\n"),
        "an import": Site(0, 0, "import undefined_{n}\n"),
    }
    return {kind: site for kind, site in found.items() if site is not None}


def script(lines: list[str]) -> Iterable[tuple[str, Site]]:
    for kind, pattern, further, piece in SCRIPT:
        rows = [row for row, line in enumerate(lines) if re.search(pattern, line)] if pattern else [0]
        if rows:
            row = min(rows, key=lambda row: abs(row - len(lines) // 2)) + further
            indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
            yield kind, Site(row, 0, f"{indent}{piece}\n")


def written(lines: list[str], site: Site, number: int) -> str:
    line = lines[site.row]
    text = line[: site.column] + site.piece.format(n=number) + line[site.column :]
    return "\n".join([*lines[: site.row], text, *lines[site.row + 1 :]])


def spread(path: Path, count: int) -> None:
    """What a line at the end of a function costs, for functions anywhere in the file."""
    from analyzers.text import Text
    from lsp_server.engine import Engine
    from lsp_server.settings_table import Settings

    plain = path.read_text("utf-8")
    lines, where = plain.split("\n"), f"/srv/{path.name}"
    bodies = sorted(
        node.body[-1].lineno - 1
        for node in ast.walk(ast.parse(plain))
        if isinstance(node, FUNCTIONS) and node.body[-1].lineno > node.lineno
    )
    engine, settings = Engine(), Settings()
    engine.analyse(where, Text(plain.encode()), "python", settings)
    engine.rehearse(where)
    found: list[Counter[str]] = []
    for row in random.Random(1).sample(bodies, min(count, len(bodies))):
        indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
        site = Site(row, 0, f"{indent}undefined_{{n}} = 1\n")
        some = []
        for text in (written(lines, site, 0), plain, written(lines, site, 1), plain):
            now, calls = Text(text.encode()), Counter[str]()
            sys.setprofile(lambda frame, event, given, calls=calls: calls.update((event,)))
            engine.ready(where, now)
            engine.analyse(where, now, "python", settings)
            sys.setprofile(None)
            some.append(calls)
        found.append(some[2])
    for what, events in (("of Python", ("call",)), ("all", ("call", "c_call"))):
        costs = sorted(sum(one[event] for event in events) for one in found)
        p50, p90, p95 = (costs[min(len(costs) - 1, int(len(costs) * share))] for share in (0.5, 0.9, 0.95))
        mean = sum(costs) // len(costs)
        print(
            f"{path.name}, {len(costs)} functions, {what}: p50 {p50}, p90 {p90}, p95 {p95}, most {costs[-1]}, mean {mean}"
        )


def main() -> None:
    from counted_calls import typed

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--functions", type=int, default=0)
    args = parser.parse_args()
    for path in args.files if not args.functions else ():
        lines = path.read_text("utf-8").split("\n")
        plain = "\n".join(lines)
        language = "python" if path.suffix == ".py" else "typescript"
        for kind, site in sites(path, lines).items():
            if args.only and kind not in args.only:
                continue
            pairs = ((written(lines, site, number), plain) for number in range(3))
            counted = list(typed(f"/srv/{path.name}", itertools.chain((plain,), *pairs), language))
            first, come, gone = (sum(counted[at].values()) for at in (0, 4, 5))
            print(f"{path.name}:{site.row + 1:<6} {kind:26}{first:8}{come:8}{gone:8}", flush=True)
            for code, count in counted[4].most_common(args.most):
                print(f"{count:8} {code.co_name} ({Path(code.co_filename).name}:{code.co_firstlineno})")
    for path in args.files if args.functions else ():
        spread(path, args.functions)


if __name__ == "__main__":
    main()
