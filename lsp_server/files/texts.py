"""The texts of files on disk, read when they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from analyzers.text import Text
from lsp_server.files import workspace


class Texts:
    """Texts by path, the last few kept; None for a file that cannot be read."""

    def __init__(self, max_size: int, keep: int = 64) -> None:
        self._max_size = max_size
        self._keep = keep
        self._read: OrderedDict[str, Text | workspace.Unreadable] = OrderedDict()
        self._put: dict[str, Text] = {}

    def __call__(self, path: str) -> Text | None:
        found = self.read(path)
        return found if isinstance(found, Text) else None

    def read(self, path: str) -> Text | workspace.Unreadable:
        """The text, or why there is none."""
        if path in self._put:
            return self._put[path]
        if path in self._read:
            self._read.move_to_end(path)
            return self._read[path]
        source = workspace.read_source(Path(path), self._max_size)
        found = source if isinstance(source, workspace.Unreadable) else Text(source)
        self._read[path] = found
        if len(self._read) > self._keep:
            self._read.popitem(last=False)
        return found

    def put(self, path: str, source: bytes) -> None:
        """The file's text is to be this, whatever is on disk."""
        self._put[path] = Text(source)
