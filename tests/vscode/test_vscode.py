"""The VS Code extension: unit tests, and the real program driven headless (see run.sh)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lsp_server.settings import rows

HERE = Path(__file__).parent
CLIENT = HERE.parents[1] / "vscode-client"
MISSING = 3  # run.sh's exit code when a program is not there


def run(name: str, seconds: float = 600) -> None:
    """One part of run.sh, ended with all it started; what it said is the message of a failure, also of one in time."""
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        # A file, since a pipe stays open for as long as anything that was started holds it.
        part = subprocess.Popen(
            [str(HERE / "run.sh"), name], stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            status: int | None = part.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(part.pid, signal.SIGKILL)
        said.seek(0)
        output = said.read()
    if status == MISSING:
        pytest.skip(next(line for line in output.splitlines() if line.startswith("missing: ")))
    assert status == 0, f"{output}\nrun.sh {name}: {f'no end in {seconds} s' if status is None else status}"


@pytest.mark.editor
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["unit", "new", "old", "restricted", "ui"])
def test_vscode(name: str) -> None:
    """Each part of run.sh; the first one of them fetches what is missing."""
    run(name)


def manifest() -> dict[str, object]:
    loaded: dict[str, object] = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))
    return loaded


def test_settings_page_is_the_servers_table() -> None:
    """Made by `npm run settings`; a setting added to the server must reach the page."""
    sections = manifest()["contributes"]["configuration"]  # type: ignore[index]
    printed = subprocess.run(
        [sys.executable, "-m", "lsp_server", "settings", "--format", "vscode"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert sections[0]["title"] == "Server"
    shown = {key: schema for section in sections[1:] for key, schema in section["properties"].items()}
    assert shown == json.loads(printed.stdout), "run `npm run settings` in vscode-client"


def test_every_command_of_the_server_is_in_the_palette() -> None:
    """Under a name of the client's own, since the server's are registered by the protocol's client."""
    greeting = json.loads(
        (CLIENT.parent / "lsp_server" / "wire" / "greeting.json").read_text(encoding="utf-8")
    )
    [served] = [part["commands"] for part in _parts(greeting) if "commands" in part]
    contributed: Any = manifest()["contributes"]
    shown = {one["command"]: one["title"] for one in contributed["commands"]}
    assert {name.replace("bigo.", "bigo.client.", 1) for name in served} <= set(shown)
    sources = "".join(file.read_text(encoding="utf-8") for file in (CLIENT / "src").glob("*.ts"))
    assert [name for name in shown if f'"{name}"' not in sources] == []
    placed = [one for items in contributed["menus"].values() for one in items if "command" in one]
    assert {one["command"] for one in placed} <= set(shown)


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in a JSON value."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _parts(inner)
    if isinstance(value, dict):
        yield value


def test_what_spends_or_discloses_is_not_for_a_workspace() -> None:
    """No setting of the rewrite that costs money may come from a folder's settings.json."""
    scopes = {row.client_key: row.scope for row in rows()}
    assert scopes["bigo.rewrite.model"] == "machine"
    assert scopes["bigo.rewrite.budgetPerDay"] == "machine"
    places = [key for key in scopes if "key" in key.lower().split(".")[-1] or "url" in key.lower()]
    assert [scopes[key] for key in places] == ["machine"] * len(places)
