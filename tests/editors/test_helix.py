"""bigo in Helix, with the configuration of editors/helix as it is: the finding, the local fix, saving."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from editor_desk import REPO, SERVER, Desk, editor, program
from editor_sample import ANSWER, FIXED, REWRITTEN, SOURCE
from terminal import Terminal, terminal

pytestmark = pytest.mark.editor

CONFIG = """\
[editor]
end-of-line-diagnostics = "hint"
[editor.lsp]
display-messages = true
"""


def prepare(desk: Desk) -> Path:
    """The person's configuration is the file we ship; `bigo` is found on the PATH. Returns the file to open."""
    folder = Path(desk.environment["XDG_CONFIG_HOME"]) / "helix"
    folder.mkdir(parents=True)
    shutil.copy(REPO / "editors" / "helix" / "languages.toml", folder)
    (folder / "config.toml").write_text(CONFIG)
    desk.environment["PATH"] = os.pathsep.join((str(Path(SERVER[0]).parent), os.environ["PATH"]))
    file = desk.workspace / "sample.py"
    file.write_text(SOURCE, encoding="utf-8")
    return file


def choose(screen: Terminal, title: str) -> None:
    """Open the menu of code actions and take the one whose title matches."""
    screen.keys("Space", "a")
    screen.until(title)
    screen.keys(*"rewrite") if title == "Claude" else None
    screen.keys("Enter")


def until_saved(file: Path, needle: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while needle not in (text := file.read_text(encoding="utf-8")):
        assert time.monotonic() < end, f"{needle!r} is not in:\n{text}"
        time.sleep(0.1)


def test_finding_and_local_fix(desk: Callable[..., Desk]) -> None:
    here, tmux = desk(ANSWER), program("tmux")
    file = prepare(here)
    command = [*editor("helix"), "-v", file.name]
    with terminal(tmux, command, folder=here.workspace, environment=here.environment) as screen:
        screen.until(r"[Oo]\(|membership|searche")
        screen.keys("]", "d")
        choose(screen, "set")
        screen.keys(":", "w", "Enter")
        until_saved(file, FIXED)
        assert here.requests() == []
        screen.keys(":", "q", "!", "Enter")
