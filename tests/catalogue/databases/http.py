"""A server on this machine, asked with httpx and requests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch

from databases.given import parameters


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@cache
def _address() -> str:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def configure() -> None:
    pass


def run(function: Callable[..., Any], rows: int, record: Callable[[str], None]) -> None:
    """Call a case; every request that is sent counts."""
    import httpx
    import requests

    arguments = {name: GIVEN[name](rows) for name in parameters(function)}
    by_httpx, by_requests = httpx.Client.send, requests.Session.send

    def httpx_send(self: Any, request: Any, **kwargs: Any) -> Any:
        record(f"{request.method} {request.url}")
        return by_httpx(self, request, **kwargs)

    def requests_send(self: Any, request: Any, **kwargs: Any) -> Any:
        record(f"{request.method} {request.url}")
        return by_requests(self, request, **kwargs)

    with (
        patch.object(httpx.Client, "send", httpx_send),
        patch.object(requests.Session, "send", requests_send),
        patch.object(requests.Session, "trust_env", False, create=True),
    ):
        function(**arguments)


GIVEN: dict[str, Callable[[int], Any]] = {
    "address": lambda rows: _address(),
    "ids": lambda rows: list(range(1, rows + 1)),
}
"""What a case gets for its parameters, by their names."""
