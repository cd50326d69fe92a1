"""The compiled code of bigo itself, where nobody has made it.

Installers compile what they install, or Python does when it imports a module for the first time. Where both are turned
off, as in many images of containers (PYTHONDONTWRITEBYTECODE), each start would compile two hundred modules: 0.7 s.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

FOLDERS = tuple(Path(__file__).resolve().parents[1] / name for name in ("analyzers", "lsp_server"))


def is_missing() -> bool:
    """Whether Python will not make it, and nobody else has."""
    return sys.dont_write_bytecode and not os.path.exists(importlib.util.cache_from_source(__file__))


def compile_once() -> None:
    """Compile all modules in a process of its own, which nobody waits for. Where the folders are not ours to write in,
    nothing happens."""
    command = [sys.executable, "-m", "compileall", "-q", *map(str, FOLDERS)]
    nothing = subprocess.DEVNULL
    subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
