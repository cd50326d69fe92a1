"""A client in the same process: real bytes of the protocol both ways, no process to start.

def test_something():
    async def story(editor: Editor) -> None:
        await editor.open("a.py", "SLOW")
        ...
    play(story, capabilities)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from stand_in import session as stand_in

from lsp_server.server import BigoServer
from lsp_server.serving import build
from lsp_server.session import Session

Message = dict[str, Any]

SILENCE = object()  # as an answer: none, the test sends it itself

CAPTURED = Path(__file__).parent / "captured"
CLIENTS = sorted(path.stem for path in CAPTURED.glob("*.json"))


def captured(name: str) -> Message:
    """The capabilities a real client declared in `initialize`."""
    params = json.loads((CAPTURED / f"{name}.json").read_text(encoding="utf-8"))
    capabilities: Message = params["capabilities"]
    return capabilities


class Failed(Exception):
    """The server answered a request with an error."""

    def __init__(self, error: Message) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: int = error["code"]


class Editor:
    """One client of one server. `answers` says what it answers to the server's own requests, by method."""

    def __init__(self, server: BigoServer) -> None:
        self.server = server
        self.session = server.session
        self.notes: list[Message] = []
        self.asked: list[Message] = []
        self.answers: dict[str, Any] = {"workspace/applyEdit": {"applied": True}}
        self._news = asyncio.Event()
        self._waiting: dict[Any, asyncio.Future[Any]] = {}
        self._ids = 0
        server.protocol.set_writer(self)

    # -- the server's writer

    def write(self, data: bytes) -> None:
        head, _, body = data.partition(b"\r\n\r\n")
        assert head.lower().startswith(b"content-length: %d\r\n" % len(body)) or head.endswith(
            str(len(body)).encode()
        )
        message = json.loads(body)
        if "method" not in message:
            future = self._waiting.pop(message["id"])
            if "error" in message:
                future.set_exception(Failed(message["error"]))
            else:
                future.set_result(message.get("result"))
        elif "id" in message:
            self.asked.append(message)
            answer = self.answers.get(message["method"])
            if callable(answer):
                answer = answer(message["params"])
            if answer is not SILENCE:
                asyncio.get_running_loop().call_soon(self.send, {"id": message["id"], "result": answer})
        else:
            self.notes.append(message)
        self._news.set()

    def close(self) -> None:
        """The server closes its side."""

    # -- what the client says

    def send(self, message: Message) -> None:
        body, protocol = json.dumps({"jsonrpc": "2.0", **message}), self.server.protocol
        try:
            protocol.handle_message(json.loads(body, object_hook=protocol.structure_message))
        except Exception as error:  # as the reading loop of pygls does
            self.server.report_server_error(error, type(error))

    def notify(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def begin(self, method: str, params: Any) -> tuple[int, asyncio.Future[Any]]:
        self._ids += 1
        future = self._waiting[self._ids] = asyncio.get_running_loop().create_future()
        self.send({"id": self._ids, "method": method, "params": params})
        return self._ids, future

    async def request(self, method: str, params: Any, seconds: float = 60) -> Any:
        return await asyncio.wait_for(self.begin(method, params)[1], seconds)

    async def until(self, condition: Callable[[], Any], seconds: float = 60) -> Any:
        """Wait for messages until the condition gives something, and give it."""
        end = asyncio.get_running_loop().time() + seconds
        while not (found := condition()):
            self._news.clear()
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                raise AssertionError(f"it did not happen; seen: {json.dumps(self.notes)[-2000:]}")
            try:
                await asyncio.wait_for(self._news.wait(), min(left, 0.1))
            except asyncio.TimeoutError:
                continue
        return found

    async def initialize(
        self, capabilities: Message, root: Path | None = None, options: Any = None
    ) -> Message:
        result: Message = await self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root.as_uri() if root else None,
                "capabilities": capabilities,
                "initializationOptions": options,
            },
        )
        self.notify("initialized", {})
        return result

    def open(self, uri: str, text: str, language: str = "python", version: int = 1) -> None:
        document = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, uri: str, version: int, *changes: Message) -> None:
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)},
        )

    # -- what it has seen

    def said(self, method: str) -> list[Any]:
        return [note["params"] for note in self.notes if note["method"] == method]

    def log(self) -> str:
        return "\n".join(params["message"] for params in self.said("window/logMessage"))

    def popups(self) -> list[str]:
        return [params["message"] for params in self.said("window/showMessage")]

    def published(self, uri: str) -> list[Message]:
        return [params for params in self.said("textDocument/publishDiagnostics") if params["uri"] == uri]

    async def diagnostics(self, uri: str, version: int = 1) -> list[Message]:
        """The diagnostics pushed for that version."""
        found = await self.until(lambda: [p for p in self.published(uri) if p.get("version") == version])
        diagnostics: list[Message] = found[-1]["diagnostics"]
        return diagnostics

    async def actions(self, uri: str, span: Message, only: list[str] | None = None) -> list[Message]:
        context: Message = {"diagnostics": []}
        if only:
            context["only"] = only
        params = {"textDocument": {"uri": uri}, "range": span, "context": context}
        found: list[Message] = await self.request("textDocument/codeAction", params)
        return found


def at(line: int, start: int, end: int | None = None, end_line: int | None = None) -> Message:
    """A range, in code units."""
    return {
        "start": {"line": line, "character": start},
        "end": {"line": line if end_line is None else end_line, "character": start if end is None else end},
    }


def play(
    story: Callable[[Editor], Awaitable[None]],
    capabilities: Mapping[str, Any] | None = None,
    root: Path | None = None,
    options: Any = None,
    session: Callable[[], Session] = stand_in,
    answers: Mapping[str, Any] | None = None,
    seconds: float = 180,
) -> None:
    """Run a story in an editor with these capabilities; `answers` adds to what it answers from the start."""

    async def run() -> None:
        editor = Editor(build(session))
        editor.answers.update(answers or {})
        try:
            await editor.initialize(dict(capabilities or {}), root, options)
            await story(editor)
        finally:
            await editor.session.shut_down()

    asyncio.run(asyncio.wait_for(run(), seconds))
