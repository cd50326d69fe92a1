"""Progress of something the server does, in clients that show progress; silence in the others.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workDoneProgress
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from types import TracebackType

from lsprotocol import types as lsp

from lsp_server.server import BigoServer


class Progress:
    """`async with Progress(ls, title) as progress`: begins, reports, and always ends.

    With `on_cancel` the client shows a way to cancel, which calls it.
    """

    def __init__(self, ls: BigoServer, title: str, on_cancel: Callable[[], object] | None = None) -> None:
        self._ls = ls
        self._title = title
        self._on_cancel = on_cancel
        self._token: str | None = None

    async def __aenter__(self) -> Progress:
        if not self._ls.session.client.progress:
            return self
        token = f"bigo-{uuid.uuid4().hex}"
        try:
            await self._ls.work_done_progress.create_async(token)
        except Exception as error:  # the work matters more than its progress
            self._ls.say(f"the client refused to show progress: {error}")
            return self
        self._token = token
        if self._on_cancel is not None:
            stop = self._on_cancel
            self._ls.work_done_progress.tokens[token].add_done_callback(
                lambda f: stop() if f.cancelled() else None
            )
        self._ls.work_done_progress.begin(
            token,
            lsp.WorkDoneProgressBegin(self._title, cancellable=self._on_cancel is not None, percentage=0),
        )
        return self

    def report(self, message: str, fraction: float | None = None) -> None:
        """Say what is being done; `fraction` is 0 to 1."""
        if self._token is not None:
            percentage = None if fraction is None else min(100, max(0, round(100 * fraction)))
            self._ls.work_done_progress.report(
                self._token, lsp.WorkDoneProgressReport(message=message, percentage=percentage)
            )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            self._ls.work_done_progress.end(self._token, lsp.WorkDoneProgressEnd())
            self._ls.work_done_progress.tokens.pop(self._token, None)
