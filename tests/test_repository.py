"""What must never be committed: a path of somebody's machine, a file nobody can read, a module named after nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).parent.parent
LONGEST = 600  # lines
# Written by a program (locks, the licence), or kept whole for a reason that stands in the file.
LONG_FILES = {
    "uv.lock",
    "CHANGELOG.md",  # every change that a user sees is a line
    "vscode-client/package.json",  # its settings are generated from the server's table
    "vscode-client/package-lock.json",
    "benchmarks/precision.csv",  # every verdict is a line
    "benchmarks/fixes.csv",  # every case is a line
}
DATA = ("tests/data/", "examples/")
# Split, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(rb"(?<![\w.}$-])/(?:wor" + rb"k|roo" + rb"t)/")
MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "misc", "stuff"}


def tracked() -> list[str]:
    """The files git knows, without those deleted in the working tree."""
    if not (REPO / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git repository, or no git: what is committed is unknown")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPO, capture_output=True, check=True
    ).stdout.decode()
    return [name for name in listed.split("\0") if name and (REPO / name).is_file()]


def is_text(content: bytes) -> bool:
    return b"\0" not in content[:8000]


def test_no_path_of_this_machine() -> None:
    found = []
    for name in tracked():
        content = (REPO / name).read_bytes()
        if name.startswith("tests/data/") or not is_text(content):
            continue
        for number, line in enumerate(content.splitlines(), 1):
            if match := MACHINE_PATHS.search(line):
                found.append(f"{name}:{number}: {match.group().decode()}")
    assert not found, "paths of one machine:\n" + "\n".join(found)


def test_files_fit_a_reader() -> None:
    found = []
    for name in tracked():
        content = (REPO / name).read_bytes()
        lines = content.count(b"\n")
        if lines > LONGEST and is_text(content) and name not in LONG_FILES and not name.startswith(DATA):
            found.append(f"{name}: {lines} lines")
    assert not found, f"longer than {LONGEST} lines:\n" + "\n".join(found)


def test_modules_say_what_they_hold() -> None:
    code = {".py", ".ts", ".js", ".mjs", ".cjs", ".lua", ".el", ".sh"}
    found = []
    for name in map(Path, tracked()):
        if str(name).startswith(DATA) or not (name.suffix in code or name.name == "__init__.py"):
            continue
        if MEANINGLESS & {name.stem.lower(), *(part.lower() for part in name.parts[:-1])}:
            found.append(str(name))
    assert not found, "modules named after nothing:\n" + "\n".join(found)


def test_test_modules_have_names_of_their_own() -> None:
    """pytest imports test modules by their base name: two of one name in two folders end the run."""
    by_name: dict[str, list[str]] = {}
    for name in tracked():
        if name.startswith("tests/") and name.endswith(".py") and not name.startswith(DATA):
            by_name.setdefault(Path(name).name, []).append(name)
    shared = {name: paths for name, paths in by_name.items() if len(paths) > 1}
    shared.pop("conftest.py", None)
    assert not shared
