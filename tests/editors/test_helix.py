"""bigo in Helix, with the configuration of editors/helix as it is: the finding, the local fix, a rewrite."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from editor_desk import REPO, SERVER, Desk, editor, program
from editor_sample import ANSWER, FIX, FIXED, MESSAGE, REWRITTEN, SOURCE
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
    """Open the menu of code actions and take the one whose title matches; the first one is chosen at the start."""
    screen.keys("Space", "a")
    lines = screen.until(title).splitlines()
    first = next(i for i, line in enumerate(lines) if re.search(FIX, line))
    wanted = next(i for i, line in enumerate(lines) if re.search(title, line))
    for _ in range(wanted - first):
        screen.keys("Down")
    screen.keys("Enter")


def until_saved(file: Path, needle: str, seconds: float = 20) -> None:
    """Wait until the file holds a text. Helix writes a new file in the old one's place: it may be gone for a moment."""
    end, text = time.monotonic() + seconds, ""
    while needle not in text:
        assert time.monotonic() < end, f"{needle!r} is not in:\n{text}"
        time.sleep(0.1)
        with contextlib.suppress(FileNotFoundError):
            text = file.read_text(encoding="utf-8")


@pytest.fixture
def helix(desk: Callable[..., Desk]) -> Iterator[tuple[Terminal, Desk, Path]]:
    """Helix with the sample open and the finding shown; the cursor is on it."""
    here, tmux = desk(ANSWER), program("tmux")
    file = prepare(here)
    command = [*editor("helix"), "-v", file.name]
    with terminal(tmux, command, folder=here.workspace, environment=here.environment) as screen:
        screen.until(r"●")
        screen.keys("]", "d")
        screen.until(MESSAGE)
        yield screen, here, file


def test_finding_and_local_fix(helix: tuple[Terminal, Desk, Path]) -> None:
    screen, here, file = helix
    choose(screen, FIX)
    screen.until(re.escape(FIXED))
    screen.keys(":", "w", "Enter")
    until_saved(file, FIXED)
    assert here.requests() == [], "a local fix asks nobody"


def test_rewrite_asks_then_changes_the_buffer(helix: tuple[Terminal, Desk, Path]) -> None:
    screen, here, file = helix
    choose(screen, "Rewrite with Claude")
    screen.until("Discard")
    screen.keys("Down", "Enter")
    screen.until(r"(?s)\A(?!.*Discard)")
    screen.keys(":", "w", "Enter")
    time.sleep(0.5)
    assert file.read_text(encoding="utf-8") == SOURCE, "discarded: the text is as it was"

    choose(screen, "Rewrite with Claude")
    screen.until("Discard")
    screen.keys("Enter")
    screen.until(re.escape(REWRITTEN.splitlines()[-1].strip()))
    screen.keys(":", "w", "Enter")
    until_saved(file, REWRITTEN)
    assert here.requests()
