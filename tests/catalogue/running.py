"""The cases of the catalogue: found in their files, run on a database, and judged by `bigo`.

A case is a public function of `cases/*.py`, with the private functions and the classes directly above it. The line
that reaches the database once for every row is marked `# grows`: the line of the loop's body (or of the comprehension)
that sends the query, or that calls or reads what sends it. `# grows too` marks a further line with the same loop and
cause, which a finding names as a related place. A case without marks sends as many statements for many rows as for few.
`# disagrees: why` in a case says that `bigo` does not see it as the database does.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NamedTuple

HERE = Path(__file__).parent
FEW, MANY = 4, 12
MARK = re.compile(r"(?:#|\{#) grows( too)?\b")
DISAGREES = re.compile(r"# disagrees: (.+)")
SOURCES = ("cases", "shop", "store", "templates")

if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

Line = tuple[str, int]
"""A file, relative to this folder, and a line of it."""


class Case(NamedTuple):
    module: str
    name: str
    first: int
    last: int
    marks: dict[Line, bool]
    """The marked lines; True for `too`."""
    declared: frozenset[Line]
    """Those of them that no statement passes through: where a class or a template says what is to be read."""
    disagrees: str

    @property
    def file(self) -> str:
        return f"cases/{self.module}.py"

    @property
    def family(self) -> str:
        return self.module.partition("_")[0]

    def holds(self, line: Line) -> bool:
        return (line[0] == self.file and self.first <= line[1] <= self.last) or line in self.declared


@cache
def marks_of(file: str) -> dict[Line, bool]:
    lines = (HERE / file).read_text("utf-8").splitlines()
    return {(file, n): bool(found[1]) for n, line in enumerate(lines, 1) if (found := MARK.search(line))}


def cases() -> list[Case]:
    return [case for path in sorted((HERE / "cases").glob("*_*.py")) for case in _cases_of(path)]


def _cases_of(path: Path) -> Iterator[Case]:
    text = path.read_text("utf-8")
    lines = text.splitlines()
    file = f"cases/{path.name}"
    begins, bodies = 1, set[int]()
    for node in ast.parse(text).body:
        end = node.end_lineno or node.lineno
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            begins = end + 1
            continue
        for part in ast.walk(node):
            if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                bodies.update(range(part.lineno, (part.end_lineno or part.lineno) + 1))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            marks = {line: too for line, too in marks_of(file).items() if begins <= line[1] <= end}
            declared = {line for line in marks if line[1] not in bodies or "conventions" in path.stem}
            for template in sorted((HERE / "templates").glob(f"{node.name}*")):
                found = marks_of(template.relative_to(HERE).as_posix())
                marks |= found
                declared |= found.keys()
            why = next((m[1] for line in lines[begins - 1 : end] if (m := DISAGREES.search(line))), "")
            yield Case(path.stem, node.name, begins, end, marks, frozenset(declared), why)
            begins = end + 1


# ------------------------------------------------------------------------------------ what the database sees


Chain = tuple[Line, ...]
"""The lines of the catalogue's own files through which a statement was reached, outermost first, each once."""


class Seen(NamedTuple):
    few: int
    many: int
    growing: tuple[Chain, ...]
    """The ways by which more statements came on many rows than on few."""
    statements: tuple[str, ...]

    @property
    def grows(self) -> bool:
        return self.many > self.few


def database(family: str) -> ModuleType:
    module = importlib.import_module(f"databases.{family}")
    module.configure()
    return module


def observe(case: Case, **options: str) -> Seen:
    """Run a case at both numbers of rows. `options` are those of its database."""
    run = partial(database(case.family).run, **options)
    function = getattr(importlib.import_module(f"cases.{case.module}"), case.name)
    few, _ = _statements(run, function, FEW)
    many, texts = _statements(run, function, MANY)
    growing = tuple(chain for chain in many if many[chain] > few[chain])
    return Seen(few.total(), many.total(), growing, tuple(texts))


def _statements(
    run: Callable[..., None], function: Callable[..., Any], rows: int
) -> tuple[Counter[Chain], list[str]]:
    chains: Counter[Chain] = Counter()
    texts: list[str] = []

    def record(sql: str) -> None:
        chains[_chain(sys._getframe(1))] += 1
        texts.append(sql)

    run(function, rows, record)
    return chains, texts


def _chain(frame: FrameType | None) -> Chain:
    lines: dict[Line, None] = {}
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(f"{HERE}/"):
            name = file[len(str(HERE)) + 1 :]
            if name.startswith(SOURCES):
                lines.setdefault((name, frame.f_lineno))
        frame = frame.f_back
    return tuple(reversed(lines))


def wrong_marks(case: Case, seen: Seen) -> list[str]:
    """Where the marks are not what the database saw; empty if they are."""
    if seen.grows != bool(case.marks or _outside(case, seen)):
        return [f"the database saw {seen.few} and {seen.many} statements, the marks say otherwise"]
    function = getattr(importlib.import_module(f"cases.{case.module}"), case.name)
    if inspect.iscoroutinefunction(function):
        return []  # Its statements are sent from a thread that does not stand below it.
    marked = case.marks.keys() | _outside(case, seen)
    out = [
        f"line {line[1]} of {line[0]} is marked, and sends nothing more on many rows"
        for line in case.marks.keys() - case.declared
        if not any(line in chain for chain in seen.growing)
    ]
    if not case.declared:
        out += [
            f"no line of this way is marked: {chain}" for chain in seen.growing if not marked & set(chain)
        ]
    return out


def _outside(case: Case, seen: Seen) -> set[Line]:
    """The marked lines in files that cases share, through which this case sent more."""
    lines = {line for chain in seen.growing for line in chain if not case.holds(line)}
    return {line for line in lines if line in marks_of(line[0])}


# ----------------------------------------------------------------------------------------- what `bigo` finds


class Found(NamedTuple):
    lines: range
    """The lines of the place that is found."""
    file: str
    rule: str
    related: frozenset[Line]
    told: str


@cache
def findings() -> tuple[Found, ...]:
    """All findings of the rules about queries, at information or warning, in all files of the catalogue."""
    from analyzers.check import check
    from analyzers.extract import facts_of
    from analyzers.findings import Severity
    from analyzers.languages import for_path
    from analyzers.project.index import Project
    from analyzers.text import Text

    project = Project()
    texts: dict[str, Text] = {}
    for top in SOURCES:
        for path in sorted((HERE / top).rglob("*")):
            name = path.relative_to(HERE).as_posix()
            language = for_path(name)
            if language is None:
                continue
            project.update(f"/project/{name}", facts_of(path.read_bytes(), language))
            texts[f"/project/{name}"] = Text.of(path.read_text("utf-8"))

    def line(place: Any) -> Line:
        text = texts[place.path]
        return place.path.removeprefix("/project/"), text.line_of(place.span.start) + 1

    out = []
    for path, text in texts.items():
        for finding in check(project, path, text):
            if "query" in finding.tags and finding.severity >= Severity.INFORMATION:
                file, first = line(finding.place)
                last = text.line_of(finding.place.span.end) + 1
                related = frozenset(line(r.place) for r in finding.related)
                out.append(Found(range(first, last + 1), file, finding.rule, related, finding.message))
    return tuple(out)


def disagreements(case: Case, seen: Seen) -> list[str]:
    """Where `bigo` says another thing than the database; empty if they agree."""
    marked = {**case.marks, **dict.fromkeys(_outside(case, seen), False)}
    mine = [f for f in findings() if any(case.holds((f.file, n)) for n in f.lines)]
    mine += [f for f in findings() if any((f.file, n) in _outside(case, seen) for n in f.lines)]
    out = []
    for line, too in marked.items():
        hit = any(f.file == line[0] and line[1] in f.lines for f in mine)
        if not hit and not (too and any(line in f.related for f in mine)):
            out.append(f"{line[0]}:{line[1]} grows and is not found")
    out += [
        f"{f.file}:{f.lines[0]} [{f.rule}] is found and does not grow: {f.told}"
        for f in mine
        if not any((f.file, n) in marked for n in f.lines)
    ]
    return out
