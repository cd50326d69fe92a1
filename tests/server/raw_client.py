"""A blocking client of a server process, without pygls: it can say what no well-behaved client says."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Message = dict[str, Any]
STAND_IN = (sys.executable, str(Path(__file__).parent / "stand_in.py"))


class RawClient:
    """Starts the server; `with RawClient() as client:` ends it."""

    def __init__(self, command: Sequence[str] = STAND_IN) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        self.stdin = self.process.stdin
        self._stdout = os.fdopen(os.dup(self.process.stdout.fileno()), "rb")
        self._messages: queue.Queue[Message | None] = queue.Queue()
        self.notes: list[Message] = []
        self.errors = b""
        self._ids = 0
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def _read_errors(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.errors += line

    def _read(self) -> None:
        while True:
            size = None
            while (line := self._stdout.readline()) != b"\r\n":
                if not line:
                    self._messages.put(None)
                    return
                name, _, value = line.partition(b":")
                # Anything else on stdout is what must never be there.
                assert name.lower() in (b"content-length", b"content-type"), line
                if name.lower() == b"content-length":
                    size = int(value)
            assert size is not None
            self._messages.put(json.loads(self._stdout.read(size)))

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self.stdin.write(view) :]

    def send(self, message: Message, header: bytes = b"Content-Length") -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.write(b"%s: %d\r\n\r\n" % (header, len(body)) + body)

    def notify(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def begin(self, method: str, params: Any) -> int:
        self._ids += 1
        self.send({"id": self._ids, "method": method, "params": params})
        return self._ids

    def wait(self, wanted: Callable[[Message], bool], seconds: float = 60) -> Message:
        end = time.monotonic() + seconds
        while True:
            message = self._messages.get(timeout=max(0.001, end - time.monotonic()))
            if message is None:
                raise EOFError(self.errors.decode()[-3000:])
            if "id" in message and "method" in message:
                self.send({"id": message["id"], "result": None})
            if wanted(message):
                return message
            self.notes.append(message)

    def request(self, method: str, params: Any) -> Message:
        number = self.begin(method, params)
        return self.wait(lambda m: m.get("id") == number and "method" not in m)

    def initialize(self, capabilities: Message | None = None) -> Message:
        answer = self.request(
            "initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities or {}}
        )
        self.notify("initialized", {})
        result: Message = answer["result"]
        return result

    def open(self, uri: str, text: str) -> None:
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def published(self, uri: str) -> Message:
        message = self.wait(
            lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri
        )
        params: Message = message["params"]
        return params
