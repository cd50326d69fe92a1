"""Which edits go together, and what the text is then."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.findings import Confidence, Cost, Edit, Finding, Fix, Place, Severity
from analyzers.text import Span
from lsp_server.fixes import apply_edits, certain_edits, unified_diff, write_unless_changed


def edit(start: int, end: int, text: str, path: str = "/a.py") -> Edit:
    return Edit(Place(path, Span(start, end)), text)


def finding(*fixes: Fix) -> Finding:
    place = Place("/a.py", Span(0, 1))
    return Finding("rule", place, "m", Severity.WARNING, Confidence.HIGH, Cost(), "f", fixes=fixes)


def test_only_certain_fixes_are_taken() -> None:
    assert certain_edits([finding(Fix("t", (edit(0, 1, "x"),), certain=False)), finding()]) == ({}, 0)


def test_a_fix_is_taken_whole_or_not_at_all() -> None:
    first = Fix("first", (edit(5, 9, "a"), edit(0, 0, "b", "/b.py")))
    second = Fix("second", (edit(20, 22, "c"), edit(8, 12, "d")))
    third = Fix("third", (edit(30, 30, "e"),))
    edits, count = certain_edits([finding(first), finding(second), finding(third)])
    assert count == 2
    assert edits == {"/a.py": [edit(5, 9, "a"), edit(30, 30, "e")], "/b.py": [edit(0, 0, "b", "/b.py")]}


def test_two_findings_of_one_cause_ask_for_one_fix() -> None:
    same = (edit(5, 5, '.select_related("supplier")'),)
    assert certain_edits([finding(Fix("t", same)), finding(Fix("t", same))]) == ({"/a.py": list(same)}, 1)


def test_inserts_at_one_place_wait_for_the_next_round() -> None:
    edits, count = certain_edits(
        [finding(Fix("t", (edit(5, 5, "a"),))), finding(Fix("t", (edit(5, 5, "b"),)))]
    )
    assert (edits, count) == ({"/a.py": [edit(5, 5, "a")]}, 1)


def test_two_fixes_share_what_both_need() -> None:
    line = edit(0, 0, "from itertools import chain\n")
    first, second = Fix("a", (line, edit(50, 52, "x"))), Fix("b", (line, edit(60, 62, "y")))
    edits, count = certain_edits([finding(first), finding(second)])
    assert (edits["/a.py"], count) == ([line, edit(50, 52, "x"), edit(60, 62, "y")], 2)


def test_the_same_line_is_not_made_twice_in_one_round() -> None:
    first = Fix("a", (edit(10, 10, "i_set = set(i)\n"), edit(20, 21, "i_set")))
    second = Fix("b", (edit(10, 10, "j_set = set(j)\n"), edit(25, 26, "j_set")))
    third = Fix("c", (edit(40, 40, "j_set = set(j)\n"), edit(50, 51, "j_set")))
    assert certain_edits([finding(first), finding(second), finding(third)])[1] == 1


def test_edits_are_in_bytes() -> None:
    assert apply_edits("é = 1".encode(), [edit(0, 2, "ü"), edit(6, 6, " ")]) == "ü = 1 ".encode()


lines = st.text(alphabet="ab\n\r\x0c\u2028é", max_size=30)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@given(before=lines, after=lines)
def test_git_applies_the_diff(tmp_path_factory: pytest.TempPathFactory, before: str, after: str) -> None:
    if before == after:
        return
    folder = tmp_path_factory.mktemp("diff")
    (folder / "a b.py").write_bytes(before.encode())
    patch = "".join(unified_diff("a b.py", before.encode(), after.encode()))
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=folder, input=patch.encode(), check=True)
    assert (folder / "a b.py").read_bytes() == after.encode()


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("new\n")
    problem = write_unless_changed(path, b"old\n", b"fixed\n")
    assert problem is not None
    assert problem.reason == "changed meanwhile and was left alone"
    assert path.read_text() == "new\n"
    assert write_unless_changed(path, b"new\n", b"fixed\n") is None
    assert path.read_text() == "fixed\n"
