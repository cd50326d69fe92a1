"""Machines and folders as they should not be: no home, a full disk, closed streams, names that are no text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from cli_project import BIGO, SLOW, Bigo

from lsp_server import places
from lsp_server.files import workspace

UNIX = pytest.mark.skipif(
    sys.platform == "win32", reason="names are bytes, and anything can be a file, on Unix"
)


@UNIX
def test_a_name_that_is_no_text_is_checked_and_shown(project: Path, bigo: Bigo) -> None:
    (project / "fine.py").write_text(SLOW)
    with open(os.path.join(os.fsencode(project), b"odd\xff.py"), "w") as file:
        file.write(SLOW)
    for form in ("text", "json", "sarif", "github"):
        done = bigo("check", "--format", form)
        assert done.status == 1
        assert "odd\N{REPLACEMENT CHARACTER}.py" in done.out or "odd%EF%BF%BD.py" in done.out
        assert "Traceback" not in done.err


@UNIX
def test_a_path_that_is_neither_file_nor_folder_is_an_error(project: Path, bigo: Bigo) -> None:
    os.mkfifo(project / "pipe.py")
    assert bigo("check").status == 0
    done = bigo("check", "pipe.py")
    assert (done.status, done.err) == (2, "bigo: pipe.py is neither a file nor a folder\n")


def test_a_path_that_cannot_be_looked_at_is_an_error(bigo: Bigo) -> None:
    name = (
        "x" * 300
    )  # longer than names may be, so that to look raises; so it does in a folder without permission
    assert workspace.find_root(Path(name, "y.py")) == workspace.find_root(Path())
    done = bigo("check", name)
    assert (done.status, done.err) == (2, f"bigo: there is no {name}\n")


def test_only_what_was_asked_for_is_named_as_unreadable(project: Path, bigo: Bigo) -> None:
    (project / "binary.py").write_bytes(b"\0\1\2")
    (project / "fine.py").write_text("x = 1\n")
    done = bigo("check", "fine.py")
    assert (done.status, done.err) == (0, "bigo: no findings in 1 file, 1 line\n")
    assert bigo("check").err.startswith("bigo: binary.py is a binary file\n")


@UNIX
def test_a_user_without_a_home_keeps_nothing(
    project: Path, bigo: Bigo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for how in (_raises, lambda *_, **__: "~/.cache/bigo"):  # newer and older platformdirs
        for what in ("cache", "state", "config"):
            monkeypatch.delenv(f"XDG_{what.upper()}_HOME", raising=False)
            monkeypatch.setattr(platformdirs, f"user_{what}_dir", how)
        folders = {places.cache_dir(), places.state_dir(), places.config_dir()}
        assert len(folders) == 1
        with pytest.raises(NotADirectoryError):
            folders.pop().mkdir(parents=True)
    (project / "slow.py").write_text(SLOW)
    nowhere = dict.fromkeys(("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"), os.devnull)
    for command in (("check",), ("settings",), ("stats",), ("cache",), ("rewrite", "--all")):
        done = bigo(*command, **nowhere)
        assert done.status in (0, 1)
        assert "Traceback" not in done.err
    assert "BAD cache folder" in bigo("doctor", **nowhere).out


def _raises(*_: object, **__: object) -> str:
    raise RuntimeError("could not determine the home directory")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk_is_said(project: Path) -> None:
    (project / "slow.py").write_text(SLOW)
    for more in ([], ["--format", "json"], ["--no-reasons"]):
        done = _shell(project, f"'{BIGO}' check slow.py {' '.join(more)} > /dev/full")
        assert done.returncode == 2
        assert done.stderr == "bigo: the result could not be written: No space left on device\n"


@UNIX
def test_closed_streams_do_no_harm(project: Path) -> None:
    (project / "slow.py").write_text(SLOW)
    unseen = _shell(project, f"'{BIGO}' check slow.py >&- <&-")
    assert (unseen.returncode, "Traceback" in unseen.stderr) == (1, False)
    assert unseen.stderr.startswith("bigo: 3 findings")
    server = _shell(project, f"'{BIGO}' server <&-")
    assert server.returncode == 2
    assert server.stderr == "bigo: standard input is closed; an editor speaks to the server over it\n"


def _shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
