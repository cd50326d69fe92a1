"""A document that is opened right behind `initialize` is analysed before pygls is imported, and told once."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from connection import CLIENTS, Editor, captured
from raw_client import RawClient
from stand_in import session as stand_in

from lsp_server.first_look import shows
from lsp_server.serving import build
from lsp_server.wire.client import Client
from lsp_server.wire.greeting import Inbox

REPO = Path(__file__).resolve().parents[2]
SERVER = (sys.executable, "-m", "lsp_server", "server")
URI = "file:///srv/app/a.py"
CODE = "def f(xs: list[str], ys: list[str]):\n    return [x for x in xs if x in ys]\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes cannot be waited for there")


def framed(message: dict[str, Any]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def opening(capabilities: Any, text: str = CODE) -> bytes:
    params = {"processId": None, "rootUri": None, "capabilities": capabilities}
    document = {"uri": URI, "languageId": "python", "version": 4, "text": text}
    return b"".join(
        (
            framed({"id": 1, "method": "initialize", "params": params}),
            framed({"method": "initialized", "params": {}}),
            framed({"method": "textDocument/didOpen", "params": {"textDocument": document}}),
        )
    )


async def client_of_pygls(capabilities: dict[str, Any]) -> Client:
    editor = Editor(build(stand_in))
    try:
        await editor.initialize(capabilities)
        return editor.session.client
    finally:
        await editor.session.shut_down()


@pytest.mark.parametrize("name", CLIENTS)
def test_what_a_client_shows_is_read_as_the_server_reads_it(name: str) -> None:
    capabilities = captured(name)
    whole = asyncio.run(client_of_pygls(capabilities))
    seen = shows({"capabilities": capabilities})
    assert seen == replace(
        Client(),
        encoding=whole.encoding,
        pull=whole.pull,
        related=whole.related,
        code_description=whole.code_description,
        tags=whole.tags,
        diagnostic_data=whole.diagnostic_data,
    )


def test_the_findings_are_sent_before_the_types_of_the_protocol_are_imported() -> None:
    code = (
        "import json, sys\n"
        "from lsp_server.wire.greeting import greet\n"
        "from lsp_server.first_look import look\n"
        "looked = look(greet())\n"
        "print(json.dumps([sorted(sys.modules), looked.news.decode()]), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=opening({}),
        capture_output=True,
        cwd=REPO,
        timeout=60,
        check=True,
    )
    modules, shown = json.loads(done.stderr)
    assert not {name.partition(".")[0] for name in modules} & {"pygls", "lsprotocol", "asyncio", "cattrs"}
    assert done.stdout.endswith(shown.encode())
    [diagnostic] = json.loads(shown)["params"]["diagnostics"]
    assert (diagnostic["code"], diagnostic["range"]["start"]["line"]) == ("membership-in-list", 1)
    assert json.loads(shown)["params"]["version"] == 4


def test_the_server_goes_on_from_there_and_says_nothing_twice() -> None:
    with RawClient(SERVER) as client:
        client.stdin.write(opening({}))
        client.stdin.flush()
        first = client.published(URI)
        assert [one["code"] for one in first["diagnostics"]] == ["membership-in-list"]
        change = {"range": {"start": at(1, 4), "end": at(1, 4)}, "text": "# "}
        client.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": URI, "version": 5}, "contentChanges": [change]},
        )
        second = client.published(URI)
        assert (second["version"], second["diagnostics"]) == (5, [])
        assert client.request("shutdown", None)["result"] is None
        client.notify("exit", None)
        assert client.process.wait(60) == 0


def at(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


def test_messages_are_taken_as_they_arrive(tmp_path: Path) -> None:
    two = b"Content-Type: x\r\ncontent-length:  3 \r\n\r\nabc" + b"Content-Length: 0\r\n\r\n"
    file = tmp_path / "messages"
    file.write_bytes(two + b"Content-Length: 9\r\n\r\nhal")
    with file.open("rb") as stream:
        inbox = Inbox(stream)
        assert (inbox.next(), inbox.next(), inbox.next()) == (b"abc", b"", None)
        assert inbox.read == file.read_bytes()
