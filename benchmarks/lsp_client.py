"""A small LSP client over stdio that measures: spawn to initialize, wall and CPU time, resident memory."""

import contextlib
import glob
import json
import os
import queue
import subprocess
import threading
import time
from pathlib import Path

CAPABILITIES = {
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
    },
    "workspace": {"configuration": True, "workspaceFolders": True},
    "window": {"workDoneProgress": True},
    "general": {"positionEncodings": ["utf-16"]},
}
PAGE = os.sysconf("SC_PAGE_SIZE")


class Client:
    def __init__(
        self,
        command,
        root: Path,
        pull=False,
        settings=None,
        stderr=subprocess.DEVNULL,
        timeout=120,
        env=None,
    ):
        self.timeout, self.settings = timeout, settings
        self.published: queue.Queue = queue.Queue()  # (arrival time, params, bytes)
        self._answers: dict[int, tuple[float, dict, int]] = {}
        self._waiting: dict[int, threading.Event] = {}
        self._lock, self._id, self._dead = threading.Lock(), 0, False
        capabilities = json.loads(json.dumps(CAPABILITIES))
        if pull:
            capabilities["textDocument"]["diagnostic"] = {"dynamicRegistration": False}
        start = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, cwd=root, env=env
        )
        threading.Thread(target=self._read, daemon=True).start()
        uri = root.as_uri()
        try:
            answered, result, _ = self.request(
                "initialize",
                {
                    "processId": os.getpid(),
                    "rootUri": uri,
                    "rootPath": str(root),
                    "workspaceFolders": [{"uri": uri, "name": root.name}],
                    "capabilities": capabilities,
                    "initializationOptions": settings or {},
                },
            )
        except BaseException:
            self.close()
            raise
        self.startup = answered - start
        self.notify("initialized", {})
        sync = result["capabilities"].get("textDocumentSync")
        self.sync = sync if isinstance(sync, int) else (sync or {}).get("change", 1)

    # -- messages -----------------------------------------------------------

    def _send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        with self._lock:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.process.stdin.flush()

    def notify(self, method: str, params) -> None:
        self._send({"method": method, "params": params})

    def request(self, method: str, params):
        """(time the answer arrived, result, bytes of the answer)"""
        self._id += 1
        done = self._waiting[self._id] = threading.Event()
        self._send({"id": self._id, "method": method, "params": params})
        if not done.wait(self.timeout):
            raise TimeoutError(method)
        if self._id not in self._answers:
            raise RuntimeError(f"the server ended during {method}")
        arrived, message, size = self._answers.pop(self._id)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return arrived, message["result"], size

    def _read(self) -> None:
        out = self.process.stdout
        while True:
            length = 0
            while (line := out.readline()) not in (b"\r\n", b"\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line[15:])
            if not line or not length or len(body := out.read(length)) < length:
                break  # ended, or speaks something else
            arrived = time.perf_counter()
            message = json.loads(body)
            if "method" in message and "id" in message:
                self._send({"id": message["id"], "result": self._reply(message)})
            elif message.get("method") == "textDocument/publishDiagnostics":
                self.published.put((arrived, message["params"], length))
            elif "method" not in message and message.get("id") in self._waiting:
                self._answers[message["id"]] = arrived, message, length
                self._waiting.pop(message["id"]).set()
        self._dead = True
        for event in list(self._waiting.values()):
            event.set()

    def _reply(self, message: dict):
        if message["method"] == "workspace/configuration":
            return [self.settings for _ in message["params"]["items"]]
        return None

    # -- diagnostics --------------------------------------------------------

    def diagnostics(self, uri: str, version: int, pull: bool):
        """Wait for diagnostics of this version: (arrival time, count, bytes)."""
        if pull:
            arrived, result, size = self.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            return arrived, len((result or {}).get("items", [])), size
        limit = time.monotonic() + self.timeout
        while True:
            try:
                arrived, params, size = self.published.get(timeout=0.5)
            except queue.Empty:
                if self._dead:
                    raise RuntimeError("the server ended") from None
                if time.monotonic() > limit:
                    raise TimeoutError("no diagnostics") from None
                continue
            if params["uri"].replace("%3A", ":") == uri and params.get("version") in (None, version):
                return arrived, len(params["diagnostics"]), size

    def last(self, uri: str, version: int, seconds: float) -> float | None:
        """When the last further publish of a version came that came within so many seconds; None where none did."""
        found, limit = None, time.perf_counter() + seconds
        while (left := limit - time.perf_counter()) > 0:
            try:
                arrived, params, _ = self.published.get(timeout=left)
            except queue.Empty:
                break
            if params["uri"].replace("%3A", ":") == uri and params.get("version") in (None, version):
                found = arrived
        return found

    def drain(self, quiet: float) -> None:
        """Drop late publishes until nothing arrives for `quiet` seconds."""
        try:
            while True:
                self.published.get(timeout=quiet)
        except queue.Empty:
            return

    # -- resources (Linux) --------------------------------------------------

    def _processes(self) -> list[int]:
        pids = [self.process.pid]
        for pid in pids:  # grows while it is walked: children of children
            for path in glob.glob(f"/proc/{pid}/task/*/children"):
                with contextlib.suppress(OSError):
                    pids += [int(child) for child in Path(path).read_text().split()]
        return pids

    def cpu(self) -> float:
        """Seconds on a CPU of all live processes; a child that already ended is not counted."""
        total = 0
        for pid in self._processes():
            for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
                with contextlib.suppress(OSError, IndexError):
                    total += int(Path(path).read_text().split()[0])
        return total / 1e9

    def rss(self) -> float:
        """Resident MB of all live processes; pages shared between them are counted in each."""
        total = 0
        for pid in self._processes():
            with contextlib.suppress(OSError, IndexError):
                total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        return total / 1e6

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                stream.close()
