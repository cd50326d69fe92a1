"""Finding profiles in a workspace, reading them in a child process, remembering what was linked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzers.profiles.read import load
from lsp_server.profiling import profile_loader
from lsp_server.profiling.profile_loader import Unreadable, discover, is_candidate, link_loaded, load_in_child

from .programs import SAMPLES, Sources

SCRIPT = """
import json
import time


def collatz(limit):
    best = 0
    for start in range(1, limit):
        steps, value = 0, start
        while value != 1:
            value = value // 2 if value % 2 == 0 else 3 * value + 1
            steps += 1
        best = max(best, steps)
    return best


class Table:
    def __init__(self, rows):
        self.rows = [{"id": row, "text": str(row) * 3} for row in range(rows)]

    @property
    def size(self):
        return sum(len(json.dumps(row)) for row in self.rows)

    def pairs(self):
        return [(a["id"], b["id"]) for a in self.rows for b in self.rows if a["id"] + b["id"] == 77]


def ordered(rows):
    return sorted(rows, key=lambda row: str(row["id"])[::-1])


if __name__ == "__main__":
    collatz(3000)
    table = Table(400)
    for _ in range(20):
        table.size
    table.pairs()
    ordered(table.rows)
"""


def test_a_profile_recorded_here_links_to_the_code(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(SCRIPT, "utf-8")
    subprocess.run([sys.executable, "-m", "cProfile", "-o", "out.prof", "main.py"], cwd=tmp_path, check=True)
    profile = load_in_child(tmp_path / "out.prof")
    path = script.as_posix()
    project = Sources({path: SCRIPT})
    linked = link_loaded(profile, project, [tmp_path.as_posix()], project.text_of, remember=False)
    assert {time.link for time in linked.functions} == {"exact"}
    assert {time.state for time in linked.functions} == {"fresh"}
    own = sum(entry.own for entry in profile.entries if profile.frames[entry.frame].file == "main.py")
    recorded = {f.name for f in profile.frames if f.file == "main.py"}
    assert {"collatz", "pairs", "size", "ordered"} <= recorded
    # Own code's share: what Python code of the script spent, and the built-ins it called.
    assert linked.own_share * profile.total >= 0.99 * own
    assert linked.unlinked_share <= 0.01 * own / profile.total
    for qualname in ("collatz", "Table.__init__", "Table.size", "Table.pairs", "ordered"):
        assert linked.of(path, qualname) is not None, qualname
    hottest = linked.functions[0]
    assert hottest.qualname in ("collatz", "Table.pairs", "Table.size")


def test_a_child_reads_the_same(tmp_path: Path) -> None:
    for name in ("py/cprofile.prof", "js/node.cpuprofile", "py/pyspy.raw"):
        assert load_in_child(SAMPLES / name) == load(SAMPLES / name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("py/kernprof.lprof", "a pickle can run code"),
        ("ruby/stackprof.dump", "is refused"),
        ("py/austin.mojo", "mojo2austin"),
        ("py/memray.csv", "no profile of a known format"),
        ("missing.prof", "cannot be opened"),
    ],
)
def test_what_cannot_be_read_comes_back_as_a_sentence(name: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words) as caught:
        load_in_child(SAMPLES / name)
    assert "Traceback" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_directory_is_no_profile(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be opened"):
        load_in_child(tmp_path)


def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(Unreadable, match="took longer"):
        load_in_child(SAMPLES / "py/cprofile.prof", timeout=0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds address space")
def test_a_child_that_needs_too_much_memory_is_ended(tmp_path: Path) -> None:
    big = tmp_path / "big.collapsed"
    big.write_bytes(b"".join(b"main (a.py:%d);f%d (b.py:%d) 1\n" % (n, n, n) for n in range(400_000)))
    with pytest.raises(Unreadable, match="memory"):
        load_in_child(big, memory=120 << 20)


def test_a_workspace_cannot_slip_modules_into_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "analyzers").mkdir()
    (tmp_path / "analyzers/__init__.py").write_text("raise SystemExit('taken over')")
    (tmp_path / "msgspec.py").write_text("raise SystemExit('taken over')")
    shutil.copy(SAMPLES / "py/cprofile.prof", tmp_path / "x.prof")
    monkeypatch.chdir(tmp_path)
    assert load_in_child("x.prof").producer == "cProfile"


def test_the_child_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    monkeypatch.setenv("MY_TOKEN", "secret")
    assert "secret" not in profile_loader.environment().values()


# ------------------------------------------------------------------------------------------------------ finding


@pytest.mark.parametrize(
    ("path", "candidate"),
    [
        ("out.prof", True),
        ("/a/b/app.pstats", True),
        ("x/CPU.20260101.101010.1.0.001.cpuprofile", True),
        ("prof/anything.bin", True),
        ("deep/prof/er/anything", True),
        ("profile-1.json", True),
        ("run.speedscope.json", True),
        ("stacks.txt", True),
        ("Firefox 2026-01-01 10.00 profile.json.gz", True),
        ("cpu.out", True),
        ("cachegrind.out.4711", True),
        ("logs/sql-debug.log", True),
        ("4711.0x/meta.json", True),
        ("layout.out", False),
        ("x.collapsed.txt", True),
        ("models.py", False),
        ("profile.py", False),
        ("package.json", False),
        ("a.profit", False),
    ],
)
def test_names_that_look_like_profiles(path: str, candidate: bool) -> None:
    assert is_candidate(path) is candidate


def test_the_newest_of_each_format_is_found(tmp_path: Path) -> None:
    places = {
        "old.prof": ("py/cprofile.prof", 1000),
        "sub/new.prof": ("py/tachyon/tracing.prof", 3000),
        "js/a.cpuprofile": ("js/node.cpuprofile", 2000),
        "node_modules/x/z.prof": ("py/cprofile.prof", 9000),
        ".git/z.prof": ("py/cprofile.prof", 9000),
        "evil.prof": ("py/kernprof.lprof", 9500),
        "profile.json": ("js/GROUND", 9600),
    }
    for name, (sample, mtime) in places.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if (SAMPLES / sample).exists():
            shutil.copy(SAMPLES / sample, path)
        else:
            path.write_text("{}")
        os.utime(path, (mtime, mtime))
    found = discover(tmp_path)
    assert [(each.path.relative_to(tmp_path).as_posix(), each.format) for each in found] == [
        ("sub/new.prof", "pstats"),
        ("js/a.cpuprofile", "cpuprofile"),
    ]
    assert discover(tmp_path, exclude=frozenset({"sub"}))[0].format == "cpuprofile"


# ------------------------------------------------------------------------------------------------------ linking


def test_an_edit_is_remembered_over_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    script = tmp_path / "app.py"
    text = "def slow(items):\n    return [a for a in items if a in items]\n\n\nslow(list(range(3000)))\n"
    script.write_text(text)
    subprocess.run([sys.executable, "-m", "cProfile", "-o", "app.prof", "app.py"], cwd=tmp_path, check=True)
    profile = load_in_child(tmp_path / "app.prof")
    path = script.as_posix()

    def state(source: str) -> str:
        project = Sources({path: source})
        time = link_loaded(profile, project, [tmp_path.as_posix()], project.text_of).of(path, "slow")
        assert time is not None
        return time.state

    assert state(text) == "fresh"
    edited = text.replace("if a in items", "if a not in items")
    script.write_text(edited)
    os.utime(script, (profile.mtime + 100, profile.mtime + 100))
    assert state(edited) == "edited"
    script.write_text(text)
    assert state(text) == "fresh"
    assert list((tmp_path / "cache/bigo/profiles").glob("*.json"))


def test_keys_of_another_extraction_are_not_compared(
    python_app: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    profile = load(SAMPLES / "py/cprofile.prof")
    first = link_loaded(profile, python_app, ["/ws"], python_app.text_of)
    (kept,) = (tmp_path / "bigo/profiles").glob("*.json")
    kept.write_text(kept.read_text().replace('": "', '": "0'))  # as if every hash were made otherwise
    again = link_loaded(profile, python_app, ["/ws"], python_app.text_of)
    assert {time.state for time in again.functions if time.qualname != "<module>"} == {"edited"}
    monkeypatch.setattr(profile_loader, "_maker", lambda: "another version")
    other = link_loaded(profile, python_app, ["/ws"], python_app.text_of)
    assert other.functions == first.functions


def test_an_unwritable_cache_is_no_failure(
    python_app: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    linked = link_loaded(load(SAMPLES / "py/cprofile.prof"), python_app, ["/ws"], python_app.text_of)
    assert linked.functions
