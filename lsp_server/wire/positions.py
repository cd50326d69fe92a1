"""Where things are, in the protocol's terms but in none of its types: URIs of paths, lines and characters of offsets.

Inside `analyzers` a place is a path with a span of bytes; in the protocol it is a URI with lines and code units of
the position encoding agreed on. `convert.py` makes the protocol's own types of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote, urlsplit

from analyzers.text import Span, Text
from lsp_server.wire.client import Encoding

SOURCE = "bigo"

Range = tuple[int, int, int, int]
TextOf = Callable[[str], "Text | None"]

_DRIVE = re.compile(r"/?([A-Za-z]):(?=[/\\]|$)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")

_CONTINUATION = bytes(range(0x80, 0xC0))  # the bytes of UTF-8 that begin no character


# ---------------------------------------------------------------------------------------------- paths and URIs


def to_path(uri: str) -> str:
    """The key of a document: an absolute path with `/`, or the URI itself where it names no file (`untitled:...`).

    A Windows drive letter is lower case, whatever the client wrote (`file:///C%3A/x` is `c:/x`).
    """
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return uri
    path = unquote(parts.path)
    if parts.netloc and parts.netloc != "localhost":
        return f"//{unquote(parts.netloc)}{path}"
    drive = _DRIVE.match(path)
    return f"{drive.group(1).lower()}:{path[drive.end() :]}" if drive else path


def to_uri(path: str) -> str:
    """The URI of a key that `to_path` gave, or of any absolute path."""
    path = path.replace("\\", "/") if _DRIVE.match(path) else path
    drive = _DRIVE.match(path)
    if drive:
        return f"file:///{drive.group(1).lower()}%3A{quote(path[drive.end() :])}"
    if _SCHEME.match(path):
        return path
    if path.startswith("//"):
        return "file:" + quote(path)
    return "file://" + quote(path)


def is_file(path: str) -> bool:
    """Whether a key names a file, not an unsaved buffer or a virtual document."""
    return bool(_DRIVE.match(path)) or not _SCHEME.match(path)


def folders(named: Iterable[str], root_uri: str | None, root_path: str | None) -> tuple[str, ...]:
    """The workspace folders as keys without a slash at the end. A client may name them in three ways, the newest counts."""
    uris = list(named) or ([root_uri] if root_uri else [])
    paths = [to_path(uri) for uri in uris] or ([root_path] if root_path else [])
    return tuple(path.rstrip("/") or "/" for path in paths if is_file(path))


# --------------------------------------------------------------------------------------------- lines and characters


def column_of(body: str, units: int, encoding: str | None) -> int:
    """The index in `body` (a line without its end) that is `units` code units of the encoding into it.

    A count past the end gives the end; one inside a character gives the end of that character.
    """
    if body.isascii() or encoding == "utf-32":
        return min(units, len(body))
    if encoding == "utf-8":
        head = body.encode("utf-8", "surrogatepass")[:units]
        return len(head.translate(None, _CONTINUATION))
    head = body.encode("utf-16-le", "surrogatepass")[: 2 * units]
    return len(head.decode("utf-16-le", "surrogatepass"))


def position(text: Text, offset: int, encoding: Encoding) -> tuple[int, int]:
    """The line and the character of a byte offset; an offset past the end is the end."""
    offset = min(max(offset, 0), len(text.source))
    line, begin, _ = text.line_starts.around(offset)
    return line, _units(text.source[begin:offset], encoding)


def _units(head: bytes, encoding: Encoding) -> int:
    """How many units of an encoding the beginning of a line takes."""
    if encoding == "utf-8" or head.isascii():
        return len(head)
    before = head.decode("utf-8", "replace")
    return len(before) if encoding == "utf-32" else len(before.encode("utf-16-le")) // 2


def numbers_in(text: Text, encoding: Encoding) -> Callable[[Span], Range]:
    """A function that gives the range of a span of bytes as numbers: line and character of its start and of its end."""
    starts, size = text.line_starts, len(text.source)

    def numbers(span: Span) -> Range:
        start, end = span
        if not 0 <= start <= end <= size:
            start, end = min(max(start, 0), size), min(max(end, 0), size)
        line, begin, stop = starts.around(start)
        if end < stop:
            return line, start - begin, line, end - begin
        last, after, _ = starts.around(end)
        return line, start - begin, last, end - after

    if encoding == "utf-8" or text.is_ascii:
        return numbers
    source = text.source

    def in_units(span: Span) -> Range:
        line, column, last, behind = numbers(span)
        start, end = min(max(span.start, 0), size), min(max(span.end, 0), size)
        if last == line and source[start - column : end].isascii():
            return line, column, last, behind
        first = _units(source[start - column : start], encoding)
        return line, first, last, _units(source[end - behind : end], encoding)

    return in_units
