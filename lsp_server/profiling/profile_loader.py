"""Bring profile files into the program: find them, read them in a child process, link them to the project.

A profile comes from anywhere and may be hostile, so the child has limits on memory and time, gets no secrets, and
only plain data comes back. The child runs `analyzers/profiles/read.py`.
"""

from __future__ import annotations

import fnmatch
import hashlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

import analyzers
from analyzers.profiles import Keys, Linked, Profile, Project, link, sniff
from analyzers.profiles.formats import BY_NAME
from analyzers.profiles.sniff import HEAD, TAIL
from analyzers.profiles.threads import of_main_thread
from analyzers.text import Text
from lsp_server.places import cache_dir
from lsp_server.profiling.ages import Ages

TIMEOUT = 60.0
LARGE = 64 << 20
"""Bytes up to which a profile that was found, not named, is read."""

MEMORY = 2 << 30
MOST_CANDIDATES = 2_000
LARGEST_MAP = 64 << 20

GLOBS: tuple[str, ...] = (
    "**/*.{prof,pstats,pstat,cprof,cpuprofile,speedscope,austin,collapsed,folded,pyisession,pprof,chrometrace}",
    "**/*.speedscope.json",
    "**/*.{collapsed,folded}.txt",
    "**/profile*.{json,json.gz,txt,speedscope}",
    "**/*profile.{json,json.gz}",
    "**/{profile,cprofile,prof,cpu}*.out",
    "**/{collapsed,gecko}*.{txt,json}",
    "**/{prof,profiles,.prof,profiling}/**",
    "**/{stacks,perf}*.txt",
    "**/CPU.*.cpuprofile",
    "**/isolate*-v8.log.json",
    "**/Trace-*.json",
    "**/*trace*.{json,json.gz}",
    "**/Trace-*.json.gz",
    "**/{scalene,viztracer,pyinstrument,stackprof}*.json",
    "**/callgrind.*",
    "**/cachegrind.out.*",
    "**/*.callgrind",
    "**/*.0x/**/*.json",
    "**/*.pb.gz",
    "**/*otel*.{json,jsonl}",
    "**/*queries*.json",
    "**/*sql*.{log,txt}",
)
"""Where profiles are usually written. What a file really is, its content says."""

_SKIPPED = frozenset(
    [
        "node_modules",
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        "env",
        ".env",
        ".tox",
        ".nox",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
    ]
)
_SECRETS = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)


class Unreadable(ValueError):
    """A profile that cannot be used; the text is a sentence for the person that says what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A profile file in the workspace. `format` is a name from `analyzers.profiles.FORMATS`."""

    path: Path
    format: str
    producer: str
    mtime: float
    size: int


# ------------------------------------------------------------------------------------------------------ reading


def load_in_child(path: str | Path, *, timeout: float = TIMEOUT, memory: int = MEMORY) -> Profile:
    """Read a profile file in a child process with limits (`timeout` in seconds, `memory` in bytes). Blocks.

    Raises `Unreadable`, whatever goes wrong.
    """
    path = Path(path).absolute()
    command = [
        sys.executable,
        "-m",
        "analyzers.profiles.read",
        str(path),
        f"--memory={memory}",
        f"--cpu={timeout:.0f}",
    ]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
            env=environment(),
            # `-m` looks for modules in the working directory first: never in one of the workspace's.
            cwd=Path(analyzers.__file__).parent.parent,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(f"{path.name} took longer than {timeout:.0f} s to read: {_smaller(path)}.") from None
    except OSError as error:
        raise Unreadable(f"{path.name} could not be read: {error}.") from None
    if done.returncode != 0:
        raise Unreadable(complaint(path, done.returncode, done.stderr))
    try:
        return msgspec.msgpack.decode(done.stdout, type=Profile)
    except msgspec.MsgspecError as error:
        raise Unreadable(f"{path.name} could not be read: its data came back damaged ({error}).") from None


def environment() -> dict[str, str]:
    """What the child may know of this process's environment: no secrets."""
    return {name: value for name, value in os.environ.items() if not _SECRETS.search(name)}


def complaint(path: Path, status: int, stderr: bytes) -> str:
    """What a child that ended with `status` has to say, as a sentence for the person."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    if status == 2 and lines:
        return lines[-1]
    return f"{path.name} could not be read within the limits on memory and time: {_smaller(path)}."


def _smaller(path: Path) -> str:
    """How to get a smaller profile of this kind."""
    found = look_at(path)
    return BY_NAME[found.format].advice if found is not None else "record a shorter profile"


def too_large(path: str) -> str:
    """A sentence for a profile that is too large to be read unasked; "" for all others."""
    size = os.path.getsize(path) if os.path.isfile(path) else 0
    if size <= LARGE:
        return ""
    name = os.path.basename(path)
    return (
        f"{name} has {size >> 20} MiB; profiles above {LARGE >> 20} MiB are not read by themselves. Link it by hand, or "
        f"make a smaller one: {_smaller(Path(path))}."
    )


# ------------------------------------------------------------------------------------------------------ finding


def is_candidate(path: str | Path) -> bool:
    """Does the file's name or folder look like a profile's?"""
    return _PATTERN.search("/" + Path(path).as_posix().lstrip("/")) is not None


def discover(root: Path, *, exclude: frozenset[str] = frozenset()) -> tuple[Found, ...]:
    """The newest readable profile of each format below `root`, newest first; files ignored by git included.

    `exclude` are directory names to skip besides the usual ones.
    """
    newest: dict[str, Found] = {}
    for count, path in enumerate(_candidates(root, _SKIPPED | exclude)):
        if count >= MOST_CANDIDATES:
            break
        found = look_at(path)
        if found is not None and (found.format not in newest or newest[found.format].mtime < found.mtime):
            newest[found.format] = found
    return tuple(sorted(newest.values(), key=lambda each: (-each.mtime, str(each.path))))


def look_at(path: Path) -> Found | None:
    """What a file is by its first and last kilobytes; None when it is no readable profile."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            head = file.read(HEAD)
            file.seek(max(0, status.st_size - TAIL))
            tail = file.read(TAIL)
    except OSError:
        return None
    if head.startswith(b"\x1f\x8b"):
        try:
            head, tail = zlib.decompressobj(wbits=31).decompress(head, HEAD), b""
        except zlib.error:
            return None
    found = sniff(head, tail)
    if found is None or not found.readable:
        return None
    return Found(path, found.name, found.title, status.st_mtime, status.st_size)


def _candidates(root: Path, skipped: frozenset[str]) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in skipped)
        for name in sorted(files):
            path = Path(folder, name)
            if _PATTERN.search("/" + path.relative_to(root).as_posix()):
                yield path


def _alternatives(glob: str) -> Iterator[str]:
    brace = re.search(r"\{([^}]*)\}", glob)
    if brace is None:
        yield glob
        return
    for choice in brace.group(1).split(","):
        yield from _alternatives(glob[: brace.start()] + choice + glob[brace.end() :])


def _pattern(globs: Sequence[str]) -> re.Pattern[str]:
    # `*` of fnmatch passes over `/`, so that folders in between need no pattern of their own.
    plain = [one.replace("**/", "") for glob in globs for one in _alternatives(glob)]
    parts = [
        fnmatch.translate(one.replace("**", "*")).removesuffix(r"\Z").removesuffix(r"\z") for one in plain
    ]
    return re.compile("|".join(f"/(?:{part})$" for part in parts))


_PATTERN = _pattern(GLOBS)


# ------------------------------------------------------------------------------------------------------ linking


def link_loaded(
    profile: Profile,
    project: Project,
    roots: Sequence[str],
    text_of: Callable[[str], Text | None],
    *,
    mappings: Sequence[tuple[str, str]] = (),
    remember: bool = True,
    thread: str = "all",
    expect: Callable[[Sequence[str]], None] | None = None,
) -> Linked:
    """Link a profile, knowing when files changed and what its functions were when it was linked first.

    The functions' hashes (no source) are kept in the cache folder, so that "edited since the profile" is known after
    a restart too. `remember` False keeps nothing. `thread` "main" counts the
    main thread's time only. `expect` as in `analyzers.profiles.link`.
    """
    place = _keys_file(profile, roots)
    keys = _read_keys(place) if remember else {}
    linked = link(
        of_main_thread(profile) if thread == "main" else profile,
        project,
        roots,
        text_of,
        mappings=mappings,
        mtime_of=Ages(profile),
        keys=keys,
        read=_file_below(roots),
        expect=expect,
    )
    if remember:
        current = {time.path for time in linked.functions if time.state in ("fresh", "moved")}
        known = {
            path: dict(hashes) for path, hashes in linked.keys.items() if path in keys or path in current
        }
        if known != keys:
            _write_keys(place, known)
    return linked


def _file_below(roots: Sequence[str]) -> Callable[[str], bytes | None]:
    """Reads generated files and source maps, of the workspace only: a profile names any path it likes."""
    inside = [os.path.realpath(root) for root in roots]

    def read(path: str) -> bytes | None:
        try:
            real = os.path.realpath(path)
            if not any(real.startswith(root.rstrip("/\\") + os.sep) for root in inside):
                return None
            if not os.path.isfile(real) or os.path.getsize(real) > LARGEST_MAP:
                return None
            return Path(real).read_bytes()
        except (OSError, ValueError):
            return None

    return read


def _keys_file(profile: Profile, roots: Sequence[str]) -> Path:
    name = hashlib.sha256("\n".join([_maker(), profile.id, *roots]).encode()).hexdigest()[:32]
    return cache_dir() / "profiles" / f"{name}.json"


@cache
def _maker() -> str:
    """What makes the keys, as a hash: another version of the extraction would call every function edited."""
    folder = Path(analyzers.__file__).parent
    makers = [folder / name for name in ("facts.py", "syntax.py", "extract.py", "profiles/keys.py")]
    makers += sorted(
        path for path in (folder / "languages").rglob("*") if path.suffix in (".py", ".scm", ".toml")
    )
    digest = hashlib.sha256()
    for path in makers:
        digest.update(path.read_bytes())
    for grammar in ("tree-sitter", "tree-sitter-python", "tree-sitter-javascript", "tree-sitter-typescript"):
        digest.update(importlib.metadata.version(grammar).encode())
    return digest.hexdigest()


def _read_keys(place: Path) -> Keys:
    try:
        return msgspec.json.decode(place.read_bytes(), type=dict[str, dict[str, str]])
    except (OSError, msgspec.MsgspecError):
        return {}


def _write_keys(place: Path, keys: Keys) -> None:
    """Best effort: without them, only the memory of edits over restarts is lost."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(keys), encoding="utf-8")
        partial.replace(place)
    except OSError:
        return
