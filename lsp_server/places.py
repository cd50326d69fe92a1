"""Where bigo keeps things on this machine: answers and indexes in the cache, the record of money spent in the state.

The XDG variables win on every platform, so that tests and CI are hermetic; else the platform's own folders.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

_NOWHERE = Path(os.devnull, "bigo")  # no folder can be made there


def cache_dir() -> Path:
    """May be deleted at any time. Not created here."""
    return _under("XDG_CACHE_HOME") or _of_platform(platformdirs.user_cache_dir)


def state_dir() -> Path:
    """Kept between runs: the ledger of rewrites. Not created here."""
    return _under("XDG_STATE_HOME") or _of_platform(platformdirs.user_state_dir)


def config_dir() -> Path:
    """Holds the user's own `bigo.toml`. Not created here."""
    return _under("XDG_CONFIG_HOME") or _of_platform(platformdirs.user_config_dir)


def _of_platform(folder: Callable[..., str]) -> Path:
    """The platform's folder. For a user without a home, as in containers that run as a number, a place in which nothing
    can be kept: a folder that all share could hold what another user has put there."""
    try:
        path = folder("bigo", appauthor=False)
    except RuntimeError:  # platformdirs: there is no home
        return _NOWHERE
    return Path(path) if os.path.isabs(path) else _NOWHERE


def _under(variable: str) -> Path | None:
    value = os.environ.get(variable, "")
    # The base directory specification: a relative path is to be taken as unset.
    return Path(value) / "bigo" if os.path.isabs(value) else None
