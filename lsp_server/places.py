"""Where bigo keeps things on this machine: answers and indexes in the cache, the record of money spent in the state.

The XDG variables win on every platform, so that tests and CI are hermetic; else the platform's own folders.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_dir() -> Path:
    """May be deleted at any time. Not created here."""
    return _under("XDG_CACHE_HOME") or Path(platformdirs.user_cache_path("bigo", appauthor=False))


def state_dir() -> Path:
    """Kept between runs: the ledger of rewrites. Not created here."""
    return _under("XDG_STATE_HOME") or Path(platformdirs.user_state_path("bigo", appauthor=False))


def config_dir() -> Path:
    """Holds the user's own `bigo.toml`. Not created here."""
    return _under("XDG_CONFIG_HOME") or Path(platformdirs.user_config_path("bigo", appauthor=False))


def _under(variable: str) -> Path | None:
    value = os.environ.get(variable, "")
    # The base directory specification: a relative path is to be taken as unset.
    return Path(value) / "bigo" if os.path.isabs(value) else None
