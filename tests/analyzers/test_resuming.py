"""A long function that is edited goes on from the statement that is another: what is not run again is counted, and what
is said of it is what a new engine says."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import pytest

from analyzers import check, evaluate, extract, languages
from analyzers.check import summaries_of
from analyzers.project.index import Project
from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.settings_table import Settings

PATH = "/w/a.py"

HELPER = "def helper(rows: list[str]):\n    return {helped}\n\n\n"
LONG = (
    "def whole(xs: list[str], ys: list[str], memo: dict[str, str]):\n"
    "    out = []\n"
    "    for x in helper(xs):\n"
    "        if x in ys:\n"
    "            print(x)\n" + "".join(f"    a{n} = len(xs) + {n}\n" for n in range(30)) + "{last}"
    "    return out\n"
)


class Edited:
    """One document in one engine; each text is compared with a new one."""

    def __init__(self) -> None:
        self.engine = Engine()

    def spared(self, last: str, helped: str = "rows") -> int:
        """How many steps an edit spares."""
        resuming = summaries_of(self.engine.project).resuming
        before = resuming.spared
        text = Text((HELPER.format(helped=helped) + LONG.format(last=last)).encode())
        found = self.engine.analyse(PATH, text, "python", Settings())
        fresh = Engine()
        assert found == fresh.analyse(PATH, text, "python", Settings()), last
        assert self.engine.reports(PATH) == fresh.reports(PATH), last
        assert found
        return resuming.spared - before


@pytest.fixture
def edited() -> Edited:
    made = Edited()
    for last in ("", "    b = 0\n", "    b = 1\n"):
        made.spared(last)
    return made


@pytest.mark.parametrize(
    "last",
    [
        "    b = 2\n",
        "    print(xs)\n",
        "    for x in xs:\n        print(x in ys)\n",
        "    if xs:\n        return ys\n",
        "",
    ],
)
def test_what_stands_before_an_edit_is_not_run_again(edited: Edited, last: str) -> None:
    assert edited.spared(last) > 100


@pytest.mark.parametrize(
    "last",
    [
        "    for y in ys:\n        out.append(y)\n",  # `out` grows
        "    out += xs\n",
        "    yield xs\n",
        "    both = lambda: [y for y in ys if y in out]\n",
    ],
)
def test_an_answer_about_the_whole_body_that_is_another_begins_the_run_anew(
    edited: Edited, last: str
) -> None:
    assert edited.spared(last) == 0
    assert edited.spared("") >= 0
    assert edited.spared("    b = 3\n") >= 0
    assert edited.spared("    b = 4\n") > 100


def test_so_does_what_is_called_on_the_way(edited: Edited) -> None:
    assert edited.spared("    b = 2\n", helped="[row for row in rows if row in rows]") == 0
    assert edited.spared("    b = 3\n", helped="[row for row in rows if row in rows]") > 100
    assert edited.spared("    b = 4\n") == 0


def test_nothing_is_kept_of_what_a_cleared_memory_was_told(edited: Edited) -> None:
    edited.engine.project.memo.clear()
    assert edited.spared("    b = 2\n") == 0


def test_the_first_edit_of_a_document_goes_on_from_the_run_that_was_made_when_it_was_opened() -> None:
    made = Edited()
    assert made.spared("") == 0
    assert made.spared("    b = 0\n") > 100
    assert made.spared("    b = 1\n") > 100


def test_nothing_is_kept_of_runs_in_files_that_nobody_has_open() -> None:
    project = Project()
    spared = []
    for last in ("", "    b = 0\n", "    b = 1\n"):
        text = Text((HELPER.format(helped="rows") + LONG.format(last=last)).encode())
        project.update(PATH, extract.facts_of(text.source, languages.for_path(PATH)))
        check.check(project, PATH, text)
        spared.append(summaries_of(project).resuming.spared)
    assert spared[:2] == [0, 0]


def test_who_calls_a_function_that_went_on_is_not_run_again_where_it_comes_to_the_same() -> None:
    steps = "".join(f"        self.a{n} = {n}\n" for n in range(40))
    source = (
        f"class Kept:\n    def first(self):\n{steps}{{last}}\n\n"
        "    def second(self, xs: list[str], ys: list[str]):\n"
        "        for x in xs:\n            self.first()\n            print(x in ys)\n"
    )
    engine, runs, spared = Engine(), [], []
    for last in ("", "        b = 0\n", "        b = 1\n", "        b = 2\n"):
        text = Text(source.format(last=last).encode())
        assert engine.analyse(PATH, text, "python", Settings()) == Engine().analyse(
            PATH, text, "python", Settings()
        )
        summaries = summaries_of(engine.project)
        engine.reports(PATH)
        runs.append(summaries.runs)
        spared.append(summaries.resuming.spared)
    assert [after - before for before, after in pairwise(runs)][1:] == [1, 1]
    assert spared[-1] > 0


def test_nobody_goes_through_the_body_of_a_run_by_himself() -> None:
    """`run.function.body` is handed to a question that is remembered, or to `of_whole`: who goes through it otherwise is not
    noted, and a run would go on from what rests on statements that are others now."""
    found = []
    for path in Path(evaluate.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        handed = {id(one) for node in ast.walk(tree) if isinstance(node, ast.Call) for one in node.args}
        found += [
            f"{path.name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and node.attr == "body"
            and isinstance(node.value, ast.Attribute)
            and node.value.attr == "function"
            and id(node) not in handed
            and path.name not in ("remembered.py", "resuming.py")
        ]
    assert not found
