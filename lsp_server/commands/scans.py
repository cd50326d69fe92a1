"""Whole scans: what one found is found again while nothing that shaped it has changed.

That is the version of bigo, the settings, and every file that was read, told by size and times.
"""

from __future__ import annotations

import time

import msgspec

from analyzers.findings import Finding
from lsp_server.commands.gather import Listing
from lsp_server.files.store import Stamp, Store, key_of
from lsp_server.settings import Settings


class Scan(msgspec.Struct, frozen=True):
    """What a scan found, whatever of it is shown."""

    files: int
    lines: int
    indexed: int
    found: tuple[tuple[str, tuple[Finding, ...]], ...]  # only files with findings
    skipped: dict[str, str]  # path -> reason


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Scan)


def keys_for(listing: Listing, settings: Settings) -> tuple[bytes, bytes] | None:
    """The keys of a scan of these files as they are now, and of one that left out those of which no finding is more than a
    hint. None while one of them may change without its times showing, and where the name of one is no text: what was
    found could not be written down."""
    now = time.time_ns()
    stamps = []
    for path in listing.everything:
        stamp = Stamp.of(path)
        if stamp is None or not stamp.settled(now):
            return None
        stamps.append(stamp.packed())
    try:
        names = "\0".join(
            (*listing.everything, "", *listing.wanted, "", *sorted(listing.named), "", *listing.roots)
        ).encode()
    except UnicodeEncodeError:
        return None

    def key(what: bytes) -> bytes:
        # How many processes there are and what is shown of the findings shape nothing.
        analysis = msgspec.structs.replace(settings.analysis, workers=0, min_severity="hint")
        return key_of(what, _encoder.encode(analysis), names, b"".join(stamps))

    return key(b"scan"), key(b"scan but for hints")


def find(store: Store, key: bytes) -> Scan | None:
    data = store.get(key)
    if data is None:
        return None
    try:
        return _decoder.decode(data)
    except msgspec.MsgspecError:
        return None


def keep(store: Store, key: bytes, scan: Scan) -> None:
    store.put([(key, _encoder.encode(scan))])
