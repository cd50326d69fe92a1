"""The facts of files on disk, as workers make them and the server takes them: packed bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from analyzers.facts import FileFacts
from analyzers.project.kept import pack
from lsp_server.files.workspace import Unreadable, read_source


class Indexed(NamedTuple):
    """What one file gave: packed facts, or why there are none."""

    path: str
    facts: bytes | None
    reason: str  # the end of a sentence that begins with the path; "" where there are facts
    digest: bytes = b""  # of the text the facts are of


def index_some(max_size: int, paths: Sequence[str]) -> list[Indexed]:
    """The facts of some files. No file stops the others: what goes wrong with one is its reason."""
    return [_index(path, max_size) for path in paths]


def job(max_size: int) -> partial[list[Indexed]]:
    """`index_some` with its limit, in a form that travels to a worker."""
    return partial(index_some, max_size)


def extracted(source: bytes, path: str) -> FileFacts | None:
    """The facts of a text that is, or would be, at `path`; None in a language nobody reads."""
    from analyzers import extract, languages

    language = languages.for_path(path)
    return extract.facts_of(source, language) if language is not None else None


def _index(path: str, max_size: int) -> Indexed:
    from analyzers import languages

    if languages.for_path(path) is None:
        return Indexed(path, None, "is in no language bigo reads")
    source = read_source(Path(path), max_size)
    if isinstance(source, Unreadable):
        return Indexed(path, None, source.reason)
    return of_text(source, path)


def of_text(source: bytes, path: str) -> Indexed:
    """What a text gives as the one of a file."""
    from analyzers import extract, languages

    language = languages.for_path(path)
    if language is None:
        return Indexed(path, None, "is in no language bigo reads")
    try:
        return Indexed(path, pack(extract.facts_of(source, language)), "", digest_of(source, path))
    except Exception as error:
        return Indexed(path, None, f"could not be analysed: {type(error).__name__}: {error}")


def digest_of(source: bytes, path: str) -> bytes:
    """What facts are told apart by: the text, and the language it is read in."""
    from analyzers import languages

    language = languages.for_path(path)
    name = language.name if language is not None else ""
    return hashlib.blake2b(source, digest_size=20, person=name.encode()).digest()
