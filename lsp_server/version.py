"""The version of what is installed."""

from __future__ import annotations


def version() -> str:
    """As in the package's metadata; "unknown" when run from a folder that was never installed."""
    from importlib import metadata

    try:
        return metadata.version("bigo")
    except metadata.PackageNotFoundError:
        return "unknown"
