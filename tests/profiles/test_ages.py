"""Which source is newer than a profile: by the times of files, and by commits where a checkout made the times."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from analyzers.profiles.read import load
from lsp_server.profiling.ages import Ages
from lsp_server.profiling.profile_loader import link_loaded

from .programs import SAMPLES, Sources

GIT = shutil.which("git")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A source that is newer than the profile beside it."""
    (tmp_path / "app.py").write_text("def slow():\n    return 1\n")
    shutil.copyfile(SAMPLES / "py/cprofile.prof", tmp_path / "a.prof")
    os.utime(tmp_path / "a.prof", (1e9, 1e9))
    return tmp_path


def is_newer(folder: Path) -> bool:
    profile = load(folder / "a.prof")
    changed = Ages(profile)((folder / "app.py").as_posix())
    assert changed is not None
    return changed > profile.mtime


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_a_file_without_a_history_counts_by_its_time(folder: Path) -> None:
    assert is_newer(folder)
    os.utime(folder / "app.py", (1e9, 1e9))
    assert not is_newer(folder)
    assert Ages(load(folder / "a.prof"))("/nowhere") is None


def test_a_copy_of_a_checkout_keeps_its_times(folder: Path) -> None:
    """The profile was written first; nobody edits a file in the same second and does not change its other time."""
    os.utime(folder / "app.py", (1e9 + 0.01, 1e9 + 0.01))
    assert not is_newer(folder)
    os.utime(folder / "app.py", (1e9 + 5, 1e9 + 5))
    assert is_newer(folder)


@pytest.mark.skipif(GIT is None, reason="no git")
def test_what_was_committed_with_the_profile_is_what_was_measured(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", "app.py")
    git(folder, "commit", "-qm", "code")
    assert is_newer(folder)  # the profile is in no commit
    git(folder, "add", "a.prof")
    git(folder, "commit", "-qm", "profile")
    assert not is_newer(folder)
    text = (folder / "app.py").read_text()
    (folder / "app.py").write_text(text.replace("1", "2"))
    assert is_newer(folder)  # edited, not committed
    git(folder, "commit", "-qam", "edited")
    assert is_newer(folder)
    (folder / "app.py").write_text(text)
    assert not is_newer(folder)
    (folder / "new.py").write_text(text)
    changed = Ages(load(folder / "a.prof"))((folder / "new.py").as_posix())
    assert changed is not None
    assert changed > 1e9


def test_a_small_edit_after_the_recording_is_not_fresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, on the same lines, and nothing is remembered of the code before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    app = tmp_path / "pyapp"
    shutil.copytree(SAMPLES / "src/pyapp", app, copy_function=shutil.copyfile)
    profile = tmp_path / "a.prof"
    shutil.copyfile(SAMPLES / "py/cprofile.prof", profile)
    report = app / "shop" / "report.py"
    report.write_text(report.read_text("utf-8").replace("seen = []", "seen = {}"), "utf-8")
    after = profile.stat().st_mtime_ns + 5_000_000
    for path in app.rglob("*.py"):
        os.utime(path, (1e9, 1e9))
    os.utime(report, ns=(after, after))
    project = Sources({path.as_posix(): path.read_text("utf-8") for path in app.rglob("*.py")})
    linked = link_loaded(load(profile), project, [tmp_path.as_posix()], project.text_of)
    states = {time.path: time.state for time in linked.functions}
    assert states[report.as_posix()] == "stale"
    assert states[(app / "shop/db.py").as_posix()] == "fresh"
