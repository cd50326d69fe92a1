"""What was last shown of a text: shown again at once when the same text is opened, and then confirmed.

It rests on the rest of the project, too, which may be another by now; so it is only for the time until the document has
been analysed in its workspace. Kept as the JSON that was sent.
"""

from __future__ import annotations

import hashlib

import msgspec

from analyzers.text import Text
from lsp_server.files.store import Store, key_of
from lsp_server.places import cache_dir
from lsp_server.settings_table import Settings
from lsp_server.wire.client import Client
from lsp_server.wire.payload import Payload

_encoder = msgspec.msgpack.Encoder()


def recall(path: str, text: Text, settings: Settings, client: Client) -> Payload | None:
    """The diagnostics that were last shown of this text at this path, under the same settings, to a client that shows the
    same of them. None where there were none or none are kept."""
    store = Store(cache_dir())
    try:
        kept = store.get(_key(path, text, settings, client))
    finally:
        store.close()
    return Payload(kept) if kept is not None else None


def keep(path: str, text: Text, settings: Settings, client: Client, items: Payload) -> None:
    """Note what is shown."""
    store = Store(cache_dir())
    try:
        store.put([(_key(path, text, settings, client), bytes(items))])
    finally:
        store.close()


def _key(path: str, text: Text, settings: Settings, client: Client) -> bytes:
    analysis = msgspec.structs.replace(settings.analysis, workers=0)
    shows = (
        client.encoding,
        client.related,
        client.code_description,
        client.tags,
        client.diagnostic_data,
        settings.diagnostics.max_per_file,
    )
    return key_of(
        b"shown",
        path.encode("utf-8", "surrogatepass"),
        hashlib.blake2b(text.source, digest_size=20).digest(),
        _encoder.encode(analysis),
        _encoder.encode(shows),
    )
