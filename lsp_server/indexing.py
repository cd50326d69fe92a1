"""The facts of files on disk, as workers make them and the server takes them: packed bytes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from analyzers.facts import FileFacts
from lsp_server.workspace import Unreadable, read_source

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FileFacts)


class Indexed(NamedTuple):
    """What one file gave: packed facts, or why there are none."""

    path: str
    facts: bytes | None
    reason: str  # the end of a sentence that begins with the path; "" where there are facts


def index_some(max_size: int, paths: Sequence[str]) -> list[Indexed]:
    """The facts of some files. No file stops the others: what goes wrong with one is its reason."""
    return [_index(path, max_size) for path in paths]


def job(max_size: int) -> partial[list[Indexed]]:
    """`index_some` with its limit, in a form that travels to a worker."""
    return partial(index_some, max_size)


def _index(path: str, max_size: int) -> Indexed:
    from analyzers import extract, languages

    language = languages.for_path(path)
    if language is None:
        return Indexed(path, None, "is in no language bigo reads")
    source = read_source(Path(path), max_size)
    if isinstance(source, Unreadable):
        return Indexed(path, None, source.reason)
    try:
        return Indexed(path, _encoder.encode(extract.facts_of(source, language)), "")
    except Exception as error:
        return Indexed(path, None, f"could not be analysed: {type(error).__name__}: {error}")


def unpack(facts: bytes) -> FileFacts:
    """The facts a worker packed."""
    return _decoder.decode(facts)
