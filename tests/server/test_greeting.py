"""`initialize` is answered before pygls is imported, and as pygls would have answered."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from connection import CLIENTS, Editor, captured
from raw_client import RawClient
from stand_in import session as stand_in

from lsp_server.serving import build
from lsp_server.wire.greeting import answer

REPO = Path(__file__).resolve().parents[2]
PULLS = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
SERVER = (sys.executable, "-m", "lsp_server", "server")


def asked(capabilities: Any, **others: Any) -> dict[str, Any]:
    params = {"processId": None, "rootUri": None, "capabilities": capabilities, **others}
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}


async def answer_of_pygls(capabilities: dict[str, Any]) -> Any:
    editor = Editor(build(stand_in))
    try:
        return await editor.initialize(capabilities)
    finally:
        await editor.session.shut_down()


@pytest.mark.parametrize("client", [*CLIENTS, "nothing", "pulls", "odd"])
def test_the_answer_is_the_one_of_pygls(client: str) -> None:
    made: dict[str, dict[str, Any]] = {
        "nothing": {},
        "pulls": PULLS,
        "odd": {"general": {"positionEncodings": ["utf-7", "utf-32"]}},
    }
    capabilities = made[client] if client in made else captured(client)
    expected = asyncio.run(answer_of_pygls(capabilities))
    synchronization = expected["capabilities"]["textDocumentSync"]
    for name in ("willSave", "willSaveWaitUntil"):  # pygls says "no" to who asks, and nothing to the others
        assert not synchronization.pop(name, False)
    assert answer(asked(capabilities)) == expected


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {"method": "initialized"},
        {**asked({}), "method": "shutdown"},
        {**asked({}), "id": None},
        {**asked({}), "params": None},
        asked(None),
        asked({"workspace": 1}),
        asked({"general": {"positionEncodings": "utf-8"}}),
        asked({}, processId="1"),
        asked({}, workspaceFolders=[{"name": "no address"}]),
    ],
    ids=repr,
)
def test_what_is_not_plainly_an_initialize_is_left_to_the_server(message: Any) -> None:
    assert answer(message) is None


def test_nothing_heavy_is_imported_before_the_answer() -> None:
    code = (
        "import json, sys\n"
        "from lsp_server.cli import main\n"
        "from lsp_server.wire import greeting\n"
        "greeting.greet()\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    body = json.dumps(asked(captured(CLIENTS[0]))).encode()
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=b"Content-Length: %d\r\n\r\n%b" % (len(body), body),
        capture_output=True,
        cwd=REPO,
        timeout=60,
        check=True,
    )
    head, _, answered = done.stdout.partition(b"\r\n\r\n")
    assert head == b"Content-Length: %d" % len(answered)
    assert json.loads(answered)["result"]["serverInfo"]["name"] == "bigo"
    loaded = {name.partition(".")[0] for name in json.loads(done.stderr)}
    assert not loaded & {
        *("pygls", "lsprotocol", "attrs", "cattrs", "asyncio", "logging", "msgspec", "tree_sitter"),
        *("multiprocessing", "concurrent", "sqlite3", "email", "analyzers"),
    }


def test_the_server_takes_over_where_it_was_greeted() -> None:
    with RawClient(SERVER) as client:
        assert client.initialize()["serverInfo"]["name"] == "bigo"
        again = client.request("initialize", asked({})["params"])
        assert again["error"]["message"] == "the server is initialized already"
        client.open(
            "file:///srv/app/a.py",
            "def f(xs: list[str], ys: list[str]):\n    return [x for x in xs if x in ys]\n",
        )
        assert client.published("file:///srv/app/a.py")["diagnostics"]
        assert client.request("shutdown", None)["result"] is None
        client.notify("exit", None)
        assert client.process.wait(60) == 0


def test_parameters_that_do_not_parse_are_refused() -> None:
    with RawClient(SERVER) as client:
        assert client.request("initialize", {"processId": "x", "capabilities": 3})["error"]["code"] == -32602
        assert "capabilities" in client.initialize()


def test_an_editor_that_leaves_at_once_leaves_nothing() -> None:
    with RawClient(SERVER) as client:
        client.stdin.close()
        assert client.process.wait(60) == 1
