"""Runs the Markdown suites in `tests/suites`: prose, and code that says on its own lines what must be found.

A fenced block is a file; `python models.py` after the fence gives it a name, and all blocks under one heading of the
second level form one project. Comments hold the expectations:

    # error: [rule]          that rule reports on this line, and nothing else does
    # warning: [rule]        the same, at that severity (or `information`, `hint`)
    # error: [rule] "words"  the same, and these words stand in its message
    # O(|users|·|orders|)    on a `def`: the printed time of the function
    # unknown                on a `def`: the cost is not known
    # quadratic              on a `def`: the class of its cost
    # program: linear        anywhere: the class, or the O(...), of the file run as a script
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from analyzers import languages
from analyzers.check import check, complexity
from analyzers.extract import facts_of
from analyzers.project.index import Project
from analyzers.text import Text

SUITES = Path(__file__).parent.parent / "suites"
ENDINGS = {"python": ".py", "typescript": ".ts", "javascript": ".js", "ts": ".ts", "js": ".js", "tsx": ".tsx"}
ERROR = re.compile(r'(?:#|//) (error|warning|information|hint): \[([a-z-]+(?:, [a-z-]+)*)\](?: "(.*)")?')
CLASSES = "constant|logn|sqrt|linear|nlogn|quadratic|n2logn|cubic|polynomial|exponential"
COST = re.compile(rf"(?:#|//) (O\(.*\)|unknown|{CLASSES})\s*$")
PROGRAM = re.compile(rf"(?:#|//) program: (O\(.*\)|unknown|{CLASSES})\s*$")
FENCE = re.compile(r"```(\w+)(?: (\S+))?\n(.*?)```", re.DOTALL)


class Case(NamedTuple):
    suite: str
    title: str
    files: dict[str, str]


def cases() -> list[Case]:
    found: list[Case] = []
    for path in sorted(SUITES.glob("*.md")):
        for section in re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            title, _, body = section.partition("\n")
            files: dict[str, str] = {}
            for language, name, code in FENCE.findall(body):
                files[f"/project/{name or f'example{len(files)}{ENDINGS[language]}'}"] = code
            found.append(Case(path.stem, title.strip(), files))
    return found


def project_of(files: dict[str, str]) -> Project:
    project = Project()
    for path, code in files.items():
        language = languages.for_path(path)
        assert language is not None, path
        project.update(path, facts_of(code.encode(), language))
    return project


CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{c.suite}: {c.title}" for c in CASES])
def test_suite(case: Case) -> None:
    project = project_of(case.files)
    for path, code in case.files.items():
        text = Text.of(code)
        lines = code.splitlines()
        expected = {
            (number, rule): (match[1], match[3] or "")
            for number, line in enumerate(lines, 1)
            if (match := ERROR.search(line))
            for rule in match[2].split(", ")
        }
        found = check(project, path, text)
        seen = {(text.line_of(f.place.span.start) + 1, f.rule): f for f in found}
        messages = "\n".join(
            f"{text.line_of(f.place.span.start) + 1}: {f.severity.label} [{f.rule}] {f.message}"
            for f in found
        )
        assert seen.keys() == expected.keys(), f"{path}\n{messages}"
        for key, (severity, words) in expected.items():
            assert severity in ("error", seen[key].severity.label), f"{path}\n{messages}"
            assert words in seen[key].message, f"{path}\n{messages}"
        for place in (related.place for finding in found for related in finding.related):
            assert place.span.start < place.span.end <= len(case.files[place.path].encode()), (
                f"{place}\n{messages}"
            )
        reports = complexity(project, path)
        costs = {
            text.line_of(r.name.start) + 1: (r.time, r.time_class)
            for r in reports
            if r.qualname != "<module>"
        }
        for number, line in enumerate(lines, 1):
            match = COST.search(line)
            if match and ERROR.search(line) is None:
                assert match[1] in costs.get(number, ()), (
                    f"{path}:{number}: {line.strip()} {costs.get(number)}"
                )
            whole = PROGRAM.search(line)
            if whole:
                assert whole[1] in (reports[0].time, reports[0].time_class), f"{line} {reports[0].time}"


def test_there_are_suites() -> None:
    assert len(CASES) > 20
