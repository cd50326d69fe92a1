"""Real editors, fetched by fetch.sh, each with a fresh home, a fresh workspace and the Messages API's stand-in."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest

HERE = Path(__file__).parent
REPO = HERE.parent.parent
WORK = Path(os.environ.get("BIGO_TEST_CACHE") or REPO / ".work")
STAND_IN = REPO / "tests" / "reference" / "fake_messages_api.py"
SERVER = (str(Path(sys.executable).with_name("bigo")), "server")

# One text for every request, or the stand-in's own rules.
Reply: TypeAlias = "str | list[dict[str, Any]]"

PROGRAMS = {"nvim-new": "nvim", "nvim-old": "nvim", "emacs": "emacs", "helix": "hx"}


def editor(name: str) -> list[str]:
    """The command that starts an editor of fetch.sh; skips the test where it was not fetched."""
    prefix = WORK / name
    if not (prefix / ".get-deb").exists():
        pytest.skip(f"{name} is not in {WORK}: run tests/editors/fetch.sh {name}")
    return [str(HERE / "deb-run.sh"), str(prefix), PROGRAMS[name]]


def program(name: str) -> str:
    """The path of a program of the machine; skips the test where it is missing."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


@dataclass(frozen=True)
class Desk:
    """One editor's surroundings: a workspace, a home of its own, and what the stand-in API was asked."""

    workspace: Path
    home: Path
    record: Path
    environment: dict[str, str] = field(repr=False)

    def run(self, command: list[str], *, seconds: int = 120) -> str:
        """Run an editor to its end and return what it printed; fails with that text if it ended badly."""
        done = subprocess.run(
            command,
            cwd=self.workspace,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
        )
        text = done.stdout.decode(errors="replace")
        assert done.returncode == 0, f"exit {done.returncode} of {command[:3]}\n{text}"
        return text

    def requests(self) -> list[dict[str, object]]:
        """The Messages requests that reached the stand-in, oldest first."""
        if not self.record.exists():
            return []
        # What stands behind the last end of a line is still being written.
        rows = [json.loads(line) for line in self.record.read_text().split("\n")[:-1]]
        return [row for row in rows if str(row.get("target", "")).startswith("/v1/messages")]


@contextlib.contextmanager
def stand_in(reply: Reply, folder: Path) -> Iterator[tuple[str, Path]]:
    """The stand-in Messages API as a process of its own: its address, and the file of what it was asked."""
    script, record = folder / "rules.json", folder / "record.jsonl"
    rules = [{"match": {}, "reply": {"text": reply}}] if isinstance(reply, str) else reply
    script.write_text(json.dumps({"rules": rules}))
    options = ["--port", "0", "--script", str(script), "--record", str(record)]
    api = subprocess.Popen([sys.executable, str(STAND_IN), *options], stdout=subprocess.PIPE, text=True)
    assert api.stdout is not None
    url = api.stdout.readline().strip()
    try:
        assert url.startswith("http://127.0.0.1:"), "the stand-in API did not start"
        yield url, record
    finally:
        api.terminate()
        api.wait(10)


@contextlib.contextmanager
def make_desk(folder: Path, reply: Reply) -> Iterator[Desk]:
    """Fresh surroundings under `folder`; nothing of the person's own configuration reaches the editor."""
    workspace, home = folder / "workspace", folder / "home"
    workspace.mkdir()
    home.mkdir()
    (workspace / "pyproject.toml").write_text('[project]\nname = "sample"\nversion = "1"\n')
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("ANTHROPIC_", "XDG_", "VIM", "BIGO_"))}
    places = {f"XDG_{name.upper()}_HOME": str(home / name) for name in ("config", "cache", "state", "data")}
    with stand_in(reply, folder) as (url, record):
        own = {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "ANTHROPIC_API_KEY": "sk-ant-test",
            "ANTHROPIC_BASE_URL": url,
            "BIGO_REPO": str(REPO),
            "BIGO_CMD": json.dumps(SERVER),
            "BIGO_WORKSPACE": str(workspace),
        }
        yield Desk(workspace, home, record, keep | places | own)
