"""`# bigo: ignore`, the choice of rules, and paths whose findings are hints."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from analyzers import languages
from analyzers.check import Options, check
from analyzers.extract import facts_of
from analyzers.findings import Finding, Severity
from analyzers.project.index import Project
from analyzers.project.quiet import QUIET_PATHS
from analyzers.text import Text

SOURCE = """\
def unique(names: list[str]):{on_def}
    seen = []
    for name in names:{on_loop}{above}
        if name not in seen:{on_line}
            seen.append(name)
    return seen
"""
SECOND = """

def waiting(jobs: list[str]):
    while jobs:
        print(jobs.pop(0))
"""


ALL = Options()


def found(
    source: str, options: Options = ALL, path: str = "/p/a.py", roots: Sequence[str] = ("/",)
) -> tuple[Finding, ...]:
    language = languages.for_path(path)
    assert language is not None
    project = Project()
    project.set_roots(roots)
    project.update(path, facts_of(source.encode(), language))
    return check(project, path, Text.of(source), options)


def source(**comments: str) -> str:
    spaced = {
        name: f"  {text}" if name != "above" else f"\n        {text}" for name, text in comments.items()
    }
    return SOURCE.format(**{"on_def": "", "on_loop": "", "above": "", "on_line": "", **spaced})


def rules(source: str, options: Options = ALL) -> list[str]:
    return [finding.rule for finding in found(source, options)]


# ---------------------------------------------------------------------------------------------- suppressions


def test_without_a_comment_it_is_found() -> None:
    assert rules(source()) == ["membership-in-list"]


@pytest.mark.parametrize("where", ["on_line", "above", "on_def"])
@pytest.mark.parametrize(
    "comment",
    [
        "# bigo: ignore[membership-in-list]",
        "# bigo: ignore[nested-scan, membership-in-list]",
        "# bigo: ignore",
        "# bigo:ignore[membership-in-list] names are few",
    ],
)
def test_a_comment_on_the_line_above_it_or_on_the_def_suppresses(where: str, comment: str) -> None:
    assert rules(source(**{where: comment})) == []


def test_a_comment_on_another_line_does_not_and_is_unused() -> None:
    assert rules(source(on_loop="# bigo: ignore[membership-in-list]")) == [
        "unused-ignore",
        "membership-in-list",
    ]


def test_a_comment_for_another_rule_does_not() -> None:
    assert rules(source(on_line="# bigo: ignore[nested-scan]")) == ["membership-in-list", "unused-ignore"]


def test_a_comment_on_one_def_leaves_other_functions_alone() -> None:
    assert rules(source(on_def="# bigo: ignore") + SECOND) == ["copy-in-loop"]
    assert rules(SECOND + source(on_def="# bigo: ignore")) == ["copy-in-loop"]


def test_a_decorated_function_is_silenced_at_its_def() -> None:
    text = "import functools\n\n\n@functools.wraps(print)\n" + source(
        on_def="# bigo: ignore[membership-in-list]"
    )
    assert rules(text) == []


def test_an_unused_comment_is_a_hint_at_the_comment() -> None:
    text = "def quiet(names):  # bigo: ignore[membership-in-list]\n    return names\n"
    (finding,) = found(text)
    assert finding.rule == "unused-ignore"
    assert finding.severity is Severity.HINT
    span = finding.place.span
    assert text[span.start : span.end].startswith("# bigo: ignore[membership-in-list]")
    assert "membership-in-list" in finding.message


def test_a_comment_for_a_rule_that_did_not_run_is_not_called_unused() -> None:
    text = "def quiet(names):  # bigo: ignore[membership-in-list]\n    return names\n"
    assert rules(text, Options(ignore=frozenset({"membership-in-list"}))) == []
    assert rules(text, Options(select=frozenset({"nested-scan"}))) == []
    assert rules(text, Options(select=frozenset({"membership-in-list"}))) == ["unused-ignore"]


def test_typescript_comments() -> None:
    text = (
        "export function unique(names: string[]) {{\n  const seen: string[] = [];\n  for (const name of names) {{\n"
        "    if (!seen.includes(name)) {{{}\n      seen.push(name);\n    }}\n  }}\n  return seen;\n}}\n"
    )
    assert [f.rule for f in found(text.format(""), path="/p/a.ts")] == ["membership-in-list"]
    assert found(text.format(" // bigo: ignore[membership-in-list]"), path="/p/a.ts") == ()


# ----------------------------------------------------------------------------------------- the choice of rules


def test_select_and_ignore() -> None:
    text = source() + SECOND
    assert rules(text) == ["membership-in-list", "copy-in-loop"]
    assert rules(text, Options(select=frozenset({"copy-in-loop"}))) == ["copy-in-loop"]
    assert rules(text, Options(ignore=frozenset({"copy-in-loop"}))) == ["membership-in-list"]
    assert rules(text, Options(select=frozenset({"copy-in-loop"}), ignore=frozenset({"copy-in-loop"}))) == []
    assert rules(text, Options(select=frozenset())) == []


def test_no_options_mean_every_rule() -> None:
    assert {rule.name for rule in Options().rules()} == {
        "nested-scan", "membership-in-list", "query-in-loop", "lazy-relation-in-loop", "await-in-loop", "copy-in-loop",
        "hidden-scan", "invariant-in-loop", "sort-in-loop", "sum-of-lists", "unmemoised-recursion", "unused-eager-load",
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ quiet paths


@pytest.mark.parametrize(
    "path",
    [
        "/srv/shop/tests/views.py", "/srv/shop/test_views.py", "/srv/shop/views_test.py", "/srv/conftest.py",
        "/srv/shop/migrations/0001_first.py", "/srv/shop/tests/deep/er/case.py",
        "/srv/alembic/versions/2026_first.py", "/srv/hr/patches/v14_0/add_payroll.py", "/srv/shop/db/versions/1975ea83b712_add_books.py",
    ],
)  # fmt: skip
def test_findings_in_quiet_paths_are_hints(path: str) -> None:
    (finding,) = found(source(), path=path)
    assert finding.severity is Severity.HINT


@pytest.mark.parametrize(
    "path",
    [
        "/srv/shop/views.py",
        "/srv/shop/testing.py",
        "/srv/contest.py",
        "/srv/latest/views.py",
        "/srv/api/versions/v1.py",
        "/srv/api/patches/views.py",
    ],
)
def test_other_paths_are_not_quiet(path: str) -> None:
    (finding,) = found(source(), path=path)
    assert finding.severity > Severity.HINT


@pytest.mark.parametrize(
    ("path", "roots", "is_hint"),
    [
        ("/home/me/tests/shop/views.py", ["/home/me/tests/shop"], False),
        ("/home/me/tests/shop/tests/views.py", ["/home/me/tests/shop/"], True),
        ("/tmp/test_of_a_client0/views.py", ["/tmp/test_of_a_client0"], False),
        ("/srv/shop/e2e/own/views.py", ["/srv/shop", "/srv/shop/e2e/own"], False),  # a project in a project
        ("/srv/tests/views.py", [], False),  # of no project
        ("/srv/tests/test_views.py", ["/home/me/shop"], True),
    ],
)
def test_where_a_project_lies_says_nothing(path: str, roots: list[str], is_hint: bool) -> None:
    (finding,) = found(source(), path=path, roots=roots)
    assert (finding.severity is Severity.HINT) is is_hint


def test_a_star_does_not_pass_over_a_folder() -> None:
    assert found(source(), path="/srv/test_results/views.py")[0].severity > Severity.HINT
    assert found(source(), path="/srv/seedlings/views.py")[0].severity > Severity.HINT


def test_quiet_paths_are_globs_of_the_caller() -> None:
    assert found(source(), Options(quiet_paths=("**/a.py",)))[0].severity is Severity.HINT
    assert found(source(), Options(quiet_paths=()), "/srv/tests/a.py")[0].severity > Severity.HINT


def test_typescript_tests_are_quiet() -> None:
    assert {"**/*.test.*", "**/*.spec.*", "**/__tests__/**"} <= set(QUIET_PATHS)


def test_findings_are_sorted_by_place() -> None:
    places = [finding.place.span for finding in found(SECOND + source() + SECOND.replace("waiting", "again"))]
    assert len(places) == 3
    assert places == sorted(places)


def test_an_unknown_path_has_no_findings() -> None:
    assert check(Project(), "/nowhere.py", Text.of("x = 1\n")) == ()
