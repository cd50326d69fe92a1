"""What the specification demands of any server, and pygls alone does not do."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time

import pytest
from connection import SILENCE, Editor, Failed, play
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from raw_client import STAND_IN, RawClient
from stand_in import session as stand_in

from lsp_server.serving import build

URI = "file:///srv/app/a.py"
HOVER = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}


# ------------------------------------------------------------------------------------------- the process and its ends


def test_a_process_through_its_life() -> None:
    with RawClient() as client:
        early = client.request("textDocument/hover", HOVER)
        assert early["error"]["code"] == -32002
        client.initialize()
        client.open(URI, "x = 1  # SLOW\n")
        assert [d["code"] for d in client.published(URI)["diagnostics"]] == ["membership-in-list"]

        client.write(b"Content-Length: 7\r\n\r\n{bad js")
        assert "result" in client.request("textDocument/hover", HOVER), "alive after malformed JSON"
        client.send({"method": "$/setTrace", "params": {"value": "off"}}, header=b"content-length")
        assert "result" in client.request("textDocument/hover", HOVER), "a header's case does not matter"

        assert client.request("shutdown", None)["result"] is None
        assert client.request("textDocument/hover", HOVER)["error"]["code"] == -32600
        client.notify("exit", None)
        assert client.process.wait(60) == 0, "stdin is still open"
    assert b"a stray print" in client.errors, "what the analysis printed went to stderr"


def test_exit_without_shutdown_is_an_error_of_the_client() -> None:
    with RawClient() as client:
        client.initialize()
        client.notify("exit", None)
        assert client.process.wait(60) == 1


def test_the_end_of_stdin_ends_the_server() -> None:
    with RawClient() as client:
        client.initialize()
        client.open(URI, "WAIT")
        client.stdin.close()
        assert client.process.wait(60) == 1


def test_a_killed_server_leaves_nobody() -> None:
    with RawClient() as client:
        client.initialize()
        client.process.send_signal(signal.SIGKILL)
        client.process.wait(60)
        # Had a child the pipe, reading would not end.
        with pytest.raises(EOFError):
            client.wait(lambda message: False, 60)


def test_one_client_over_tcp() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1])\nfrom lsp_server.serving import serve_tcp\nfrom stand_in import session\nsys.exit(serve_tcp('127.0.0.1', 0, session))"
    folder = STAND_IN[1].rpartition("/")[0]
    process = subprocess.Popen([sys.executable, "-c", code, folder], stderr=subprocess.PIPE)
    try:
        assert process.stderr
        port = int(process.stderr.readline().decode().rpartition(":")[2])

        async def talk() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)

            async def request(number: int, method: str, params: object) -> object:
                body = json.dumps(
                    {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                ).encode()
                writer.write(b"content-length: %d\r\n\r\n" % len(body) + body)
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    size = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
                    answer = json.loads(await reader.readexactly(size))
                    if answer.get("id") == number:
                        return answer.get("result")

            assert await request(1, "initialize", {"processId": None, "rootUri": None, "capabilities": {}})
            assert await request(2, "shutdown", None) is None
            body = b'{"jsonrpc":"2.0","method":"exit"}'
            writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
            await reader.read()

        asyncio.run(asyncio.wait_for(talk(), 60))
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


# ------------------------------------------------------------------------------------------- every request is answered


def test_requests_that_cannot_be_done_are_refused_without_a_popup() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "x = 1\n")
        for method, params, code in [
            ("no/such", {}, -32601),
            ("textDocument/hover", {"bogus": 1}, -32602),
            ("workspace/executeCommand", {"command": "no.such"}, -32602),
            ("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, -32600),
        ]:
            with pytest.raises(Failed) as failed:
                await editor.request(method, params)
            assert failed.value.code == code, method
        unknown = {"textDocument": {"uri": "file:///no/such.py"}, "position": {"line": 0, "character": 0}}
        assert await editor.request("textDocument/hover", unknown) is None
        assert await editor.request("textDocument/codeLens", {"textDocument": {"uri": "untitled:1"}}) == []
        assert editor.popups() == []

    play(story)


def test_notifications_that_make_no_sense_are_survived() -> None:
    async def story(editor: Editor) -> None:
        editor.change("file:///never/opened.py", 2, {"text": "x"})
        editor.notify("textDocument/didClose", {"textDocument": {"uri": "file:///never/opened.py"}})
        editor.notify("textDocument/didSave", {"textDocument": {"uri": "file:///never/opened.py"}})
        editor.notify("$/cancelRequest", {"id": 12345})
        editor.notify("window/workDoneProgress/cancel", {"token": "nobody's"})
        editor.send({"id": 999, "result": "nobody asked"})
        editor.open(URI, "SLOW")
        assert len(await editor.diagnostics(URI)) == 1
        assert editor.popups() == []

    play(story)


def test_an_error_says_nothing_about_this_machine() -> None:
    async def story(editor: Editor) -> None:
        def fail(ls: object, params: object) -> None:
            raise RuntimeError("on purpose")

        editor.server.protocol.fm.features[lsp.TEXT_DOCUMENT_HOVER] = fail
        seen: list[bytes] = []
        write = editor.write
        editor.write = lambda data: (seen.append(data), write(data))[1]  # type: ignore[method-assign]
        with pytest.raises(Failed) as failed:
            await editor.request("textDocument/hover", HOVER)
        assert failed.value.code == -32603
        assert b"Traceback" not in seen[-1]
        assert b".py" not in b"".join(seen)

    play(story)


def test_cancelling_a_command_reaches_its_coroutine() -> None:
    async def story(editor: Editor) -> None:
        stopped = asyncio.Event()

        async def slow(*_: object) -> None:
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                stopped.set()
                raise

        editor.server.command("test.slow")(slow)
        number, answer = editor.begin("workspace/executeCommand", {"command": "test.slow", "arguments": []})
        await asyncio.sleep(0.05)
        editor.notify("$/cancelRequest", {"id": number})
        with pytest.raises(Failed) as failed:
            await asyncio.wait_for(answer, 10)
        assert failed.value.code == -32800
        await asyncio.wait_for(stopped.wait(), 10)

    play(story)


def test_a_command_that_cancels_itself_is_answered() -> None:
    async def story(editor: Editor) -> None:
        async def gives_up(*_: object) -> None:
            raise asyncio.CancelledError

        editor.server.command("test.givesUp")(gives_up)
        with pytest.raises(Failed) as failed:
            await editor.request("workspace/executeCommand", {"command": "test.givesUp", "arguments": []})
        assert failed.value.code == -32800

    play(story)


def test_a_response_nobody_waits_for_any_more_is_harmless() -> None:
    async def story(editor: Editor) -> None:
        editor.answers["workspace/configuration"] = SILENCE
        waiting = asyncio.ensure_future(
            editor.server.workspace_configuration_async(lsp.ConfigurationParams([]))
        )
        [asked] = await editor.until(lambda: editor.asked)
        waiting.cancel()
        await asyncio.sleep(0.05)
        editor.send({"id": asked["id"], "result": []})
        assert "InvalidStateError" not in editor.log()

    play(story)


def test_a_response_that_does_not_parse_is_an_error_to_whoever_waits() -> None:
    async def story(editor: Editor) -> None:
        editor.answers["workspace/configuration"] = 5
        with pytest.raises(JsonRpcException):
            await asyncio.wait_for(
                editor.server.workspace_configuration_async(lsp.ConfigurationParams([])), 5
            )

    play(story)


def test_shutdown_while_requests_are_under_way() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "WAIT SLOW")
        hover = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
        waiting = [editor.begin("textDocument/hover", hover)[1] for _ in range(3)]

        async def slow(*_: object) -> None:
            await asyncio.sleep(30)

        editor.server.command("test.slow")(slow)
        call = {"command": "test.slow", "arguments": []}
        waiting += [editor.begin("workspace/executeCommand", call)[1] for _ in range(3)]
        await asyncio.sleep(0.05)
        assert await editor.request("shutdown", None) is None
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert {a.code if isinstance(a, Failed) else type(a) for a in answers} == {-32800}

    play(story)


def test_responses_after_shutdown_are_taken() -> None:
    async def story(editor: Editor) -> None:
        editor.answers["workspace/configuration"] = []
        await editor.request("shutdown", None)
        answer = await asyncio.wait_for(
            editor.server.workspace_configuration_async(lsp.ConfigurationParams([])), 5
        )
        assert not answer

    play(story)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-32", "utf-8"], "utf-32"),
        (["utf-16"], "utf-16"),
        (None, "utf-16"),
    ],
)
def test_the_position_encoding_is_the_clients_first(offered: list[str] | None, chosen: str) -> None:
    async def run() -> None:
        editor = Editor(build(stand_in))
        capabilities = {"general": {"positionEncodings": offered}} if offered else {}
        result = await editor.initialize(capabilities)
        assert result["capabilities"].get("positionEncoding", "utf-16") == chosen
        assert editor.session.client.encoding == chosen
        await editor.session.shut_down()

    asyncio.run(run())


def test_work_that_will_not_end_does_not_keep_the_process() -> None:
    with RawClient() as client:
        client.initialize()
        client.open(URI, "FOREVER")
        while b"FOREVER has begun" not in client.errors:
            time.sleep(0.02)
        client.request("shutdown", None)
        client.notify("exit", None)
        assert client.process.wait(60) == 0
