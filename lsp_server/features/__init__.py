"""What the server offers: one file per feature of the protocol, each with `register(server)`.

`progress` and `choice` are what several of them share, `index` is the work behind `watched_files`.
"""

from __future__ import annotations

from lsp_server.features import (
    code_action,
    code_lens,
    configuration,
    diagnostics,
    explain,
    hover,
    inlay_hints,
    lifecycle,
    prewarm,
    profiles,
    rewrite,
    show_request,
    stats,
    synchronization,
    watched_files,
)

FEATURES = (
    lifecycle,
    configuration,
    synchronization,
    watched_files,
    diagnostics,
    hover,
    code_lens,
    inlay_hints,
    code_action,
    rewrite,
    show_request,
    explain,
    prewarm,
    profiles,
    stats,
)
