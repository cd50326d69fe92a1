"""Code that moved keeps its measurement, code that changed loses it, and nobody inherits what is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.profiles import FunctionTime, Linked, refresh, summary
from analyzers.profiles.keys import FileKeys

from .programs import Sources, sources

REPORT = "/ws/pyapp/shop/report.py"
SAMPLED = ["py/pyspy.speedscope", "py/austin.austin", "py/tachyon/out.pstats"]
ALL = ["py/cprofile.prof", "py/pyinstrument.speedscope.json", *SAMPLED]


def moved_and_renamed(text: str) -> str:
    """25 comment lines at the top, `totals_per_customer` first, `find_pairs` called `matching_pairs`."""
    lines = text.splitlines(keepends=True)
    totals = lines[37:46]  # lines 38 to 46
    assert totals[0].startswith("def totals_per_customer")
    rest = lines[:4] + totals + lines[4:37] + lines[46:]
    return "".join(["# a comment\n"] * 25 + rest).replace("find_pairs", "matching_pairs")


@pytest.fixture(scope="module")
def edited_app() -> Sources:
    texts = sources("pyapp")
    texts[REPORT] = moved_and_renamed(texts[REPORT])
    return Sources(texts)


def by_name(linked: Linked) -> dict[str, FunctionTime]:
    return {time.name: time for time in linked.functions if not time.name.startswith("<")}


@pytest.mark.parametrize("profile", ALL)
def test_moved_functions_keep_their_shares(python_app: Sources, edited_app: Sources, profile: str) -> None:
    before, after = by_name(python_app.link(profile)), by_name(edited_app.link(profile))
    for name in ("dedupe_names", "totals_per_customer", "wrapper", "orders_for", "main", "phase"):
        assert after[name].total_share == pytest.approx(before[name].total_share, abs=0.002), name
        assert after[name].self_share == pytest.approx(before[name].self_share, abs=0.002), name
        assert after[name].link in ("moved", "exact"), name


@pytest.mark.parametrize("profile", ALL)
def test_a_renamed_function_is_gone_and_nobody_gets_its_time(edited_app: Sources, profile: str) -> None:
    linked = edited_app.link(profile)
    times = by_name(linked)
    assert times["find_pairs"].link == "gone"
    assert times["find_pairs"].self_share > 0.3
    assert linked.of(REPORT, "find_pairs") is None
    assert linked.of(REPORT, "matching_pairs") is None
    assert times["wrapper"].self_share < 0.02
    assert summary(times["find_pairs"]) == ""


@pytest.mark.parametrize("profile", SAMPLED)
def test_line_numbers_of_moved_code_are_hidden(edited_app: Sources, profile: str) -> None:
    assert not any(time.lines for time in edited_app.link(profile).in_file(REPORT))


@pytest.mark.parametrize("profile", ALL)
def test_remembered_keys_find_the_renamed_function(
    python_app: Sources, edited_app: Sources, profile: str
) -> None:
    first = python_app.link(profile)
    linked = edited_app.link(profile, keys=first.keys, mtime_of=lambda path: 4e9)
    found = linked.of(REPORT, "matching_pairs")
    assert found is not None
    assert found.was == "find_pairs"
    assert found.usable
    assert found.self_share > 0.3
    assert "was find_pairs" in summary(found)
    dedupe = linked.of(REPORT, "dedupe_names")
    assert dedupe is not None
    assert dedupe.state == "moved"


def test_a_newer_file_that_moved_is_not_trusted_without_keys(edited_app: Sources) -> None:
    linked = edited_app.link("py/cprofile.prof", mtime_of=lambda path: 4e9)
    dedupe = linked.of(REPORT, "dedupe_names")
    assert dedupe is not None
    assert (dedupe.state, dedupe.usable) == ("stale", False)
    assert "the profile is older than the source" in summary(dedupe)


def test_a_newer_file_where_everything_stands_in_place_is_not_trusted_either(python_app: Sources) -> None:
    """A small edit leaves every function at its line."""
    linked = python_app.link("py/cprofile.prof", mtime_of=lambda path: 4e9)
    assert {time.state for time in linked.functions} == {"stale"}
    again = python_app.link(
        "py/cprofile.prof", mtime_of=lambda path: 4e9, keys=python_app.link("py/cprofile.prof").keys
    )
    assert {time.state for time in again.functions if time.qualname != "<module>"} == {"fresh"}


def test_an_edit_is_noticed_and_its_undoing_too(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    text = python_app.texts[REPORT]
    edited = Sources({REPORT: text.replace("seen = []", "seen = set()")}).facts(REPORT)
    after = refresh(linked, REPORT, edited)
    dedupe = after.of(REPORT, "dedupe_names")
    assert dedupe is not None
    assert dedupe.state == "edited"
    assert summary(dedupe) == "was 17 % (edited since the profile)"
    pairs = after.of(REPORT, "find_pairs")
    assert pairs is not None
    assert pairs.state == "fresh"
    undone = refresh(after, REPORT, python_app.facts(REPORT))
    assert undone.functions == linked.functions


def test_comments_and_moves_are_no_edits(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    text = python_app.texts[REPORT].replace("    pairs = []\n", "    # found so far\n\n    pairs = [ ]\n")
    after = refresh(linked, REPORT, Sources({REPORT: "# new\n\n" + text}).facts(REPORT))
    assert {time.state for time in after.in_file(REPORT)} == {"fresh"}


def test_a_function_renamed_in_the_editor_is_followed(python_app: Sources) -> None:
    linked = python_app.link("py/cprofile.prof")
    renamed = Sources({REPORT: python_app.texts[REPORT].replace("fib", "fibonacci")}).facts(REPORT)
    after = refresh(linked, REPORT, renamed)
    found = after.of(REPORT, "fibonacci")
    assert found is not None
    assert (found.was, found.state) == ("fib", "moved")
    assert after.of(REPORT, "fib") is None
    other = refresh(after, "/ws/pyapp/shop/db.py", python_app.facts("/ws/pyapp/shop/db.py"))
    assert other.of(REPORT, "fibonacci") is not None
    back = refresh(other, REPORT, python_app.facts(REPORT))
    assert back.of(REPORT, "fib") is not None


def test_a_file_that_disappears_is_gone(python_app: Sources) -> None:
    linked = refresh(python_app.link("py/cprofile.prof"), REPORT, None)
    assert linked.in_file(REPORT) == ()
    assert linked.in_file("/ws/pyapp/shop/db.py")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("def f(a):\n    return a + 1\n", "def g(a):\n    return a+1  # more\n", True),
        ("def f(a):\n    return f(a - 1)\n", "def g(a):\n    return g(a - 1)\n", True),
        ("def f(a):\n    return a + 1\n", "def f(a):\n    return a + 2\n", False),
        ("def f(a):\n    return a + 1\n", "def f(a, b):\n    return a + 1\n", False),
        ("def f(a):\n    return a.x\n", "def f(a):\n    return a.y\n", False),
        ("def f(a):\n    return a in x\n", "def f(a):\n    return a not in x\n", False),
        ("def f(a):\n    def g():\n        return 1\n", "def f(a):\n    def g():\n        return 2\n", False),
        ("def f(a):\n    a()\n    b()\n", "def f(a):\n    b()\n    a()\n", False),
        ("def f(a):\n    for x in a:\n        b()\n    c()\n", "def f(a):\n    for x in a:\n        b()\n        c()\n", False),
    ],
)  # fmt: skip
def test_a_key_is_of_the_code_not_of_its_place_or_name(one: str, other: str, same: bool) -> None:
    keys = []
    for text in (one, other):
        facts = Sources({"/ws/a.py": text}).facts("/ws/a.py")
        assert facts is not None
        keys.append(FileKeys(facts)[facts.functions[1].qualname])
    assert (keys[0] == keys[1]) is same


def test_sample_sources_are_kept_to_the_byte() -> None:
    """The line numbers in the profiles count on it."""
    folder = Path(__file__).parent.parent / "data" / "profiles" / "src"
    report = (folder / "pyapp/shop/report.py").read_text("utf-8").splitlines()
    assert report[26:28] == ["@timed", "def find_pairs(values, target):"]
