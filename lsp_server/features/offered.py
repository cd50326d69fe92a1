"""The features the server registers, in this order."""

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
    verify,
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
    verify,
    prewarm,
    profiles,
    stats,
)
