"""What the server offers: one file per feature of the protocol, each with `register(server)`."""

from __future__ import annotations

from lsp_server.features import (
    configuration,
    diagnostics,
    lifecycle,
    synchronization,
)

FEATURES = (
    lifecycle,
    configuration,
    synchronization,
    diagnostics,
)
