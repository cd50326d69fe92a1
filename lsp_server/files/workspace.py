"""Which files there are, and what is in them.

Left out: what `.gitignore` files name (nested ones too, and those of the folders above up to the repository's root),
what the setting `analysis.exclude` names, folders of installed or generated code, virtual environments, minified
files, files in no known language, and files over the size limit. A path a person names is always looked into, even
where it would have been left out on the way from above: `bigo check .venv/lib/.../django` does what it says.
"""

from __future__ import annotations

import codecs
import io
import os
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from analyzers.globs import Globs, readable
from lsp_server.settings_table import Settings

# Folders nobody's own source is in, by name.
_SKIPPED_FOLDERS = frozenset(
    {
        *(".git", ".hg", ".svn", ".jj"),
        *("node_modules", "bower_components", "site-packages", "__pypackages__", ".yarn", ".pnpm-store"),
        *(".venv", "venv", ".tox", ".nox", ".eggs"),
        *("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints"),
        *(".next", ".nuxt", ".svelte-kit", ".turbo", ".parcel-cache", ".terraform"),
    }
)
# Build output, unless a Python package is called that.
_OUTPUT_FOLDERS = frozenset({"build", "dist"})
_SCRIPT_SUFFIXES = (".js", ".mjs", ".cjs")
_MINIFIED = 110
"""Bytes a line of a script from which on it is taken as minified.
Source: https://github.com/github-linguist/linguist/blob/v9.0.0/lib/linguist/generated.rb (`minified_files?`)"""
_LOOKED_INTO = 20_000  # Bytes from which on a script is opened to see that: a small one costs little
_HEAD = 1 << 18  # Bytes of it that are read
_GENERATED_SUFFIXES = (".min.js", ".min.mjs", ".bundle.js", ".d.ts", "_pb2.py", "_pb2_grpc.py")
# What stands at the root of a project that came without its repository.
_MANIFESTS = ("pyproject.toml", "package.json", "setup.py", "setup.cfg", "manage.py", "requirements.txt")


def key(path: Path | str) -> str:
    """The name a file goes by inside `analyzers`: absolute, with `/`; symbolic links are not resolved."""
    return Path(os.path.abspath(path)).as_posix()


def find_root(path: Path) -> Path:
    """The workspace folder of a path: its `marked_root`, else the path's own folder."""
    return marked_root(path) or _folders(path)[0]


def marked_root(path: Path) -> Path | None:
    """The nearest folder above with a `[tool.bigo]`, else the repository's root, else the nearest folder with a
    manifest such as pyproject.toml or package.json, else the outermost package the path is in; None where there is
    none of these."""
    tests = (_configures_bigo, _is_repository, _has_manifest, _is_outermost_package)
    folders = _folders(path)
    return next((folder for holds in tests for folder in folders if holds(folder)), None)


def nearest_root(path: Path) -> Path:
    """Where the project of a path begins, whatever that lies in: the nearest folder at or above it with a repository, a
    manifest or a `[tool.bigo]`, else its `find_root`."""
    tests = (_is_repository, _has_manifest, _configures_bigo)
    marked = (folder for folder in _folders(path) if any(holds(folder) for holds in tests))
    return next(marked, None) or find_root(path)


# A folder that may not be looked into holds none of these: `os.path` says so, where `Path.is_file` raises.
def _is_repository(folder: Path) -> bool:
    return os.path.exists(folder / ".git")


def _has_manifest(folder: Path) -> bool:
    return any(os.path.isfile(folder / name) for name in _MANIFESTS)


def _is_outermost_package(folder: Path) -> bool:
    return _is_package(folder) and not _is_package(folder.parent)


def _is_package(folder: Path) -> bool:
    return os.path.isfile(folder / "__init__.py")


def _folders(path: Path) -> list[Path]:
    start = Path(os.path.abspath(path))
    return [start, *start.parents] if os.path.isdir(start) else list(start.parents)


def _configures_bigo(folder: Path) -> bool:
    try:
        return b"[tool.bigo" in (folder / "pyproject.toml").read_bytes()
    except OSError:
        return False


# ------------------------------------------------------------------------------------------------------- listing


def files(roots: Path | Iterable[Path], settings: Settings) -> Iterator[Path]:
    """The source files in one or several folders, or files named themselves; absolute, sorted within each root,
    each once, found as they are asked for. Folders that cannot be read are passed over; links to folders are not
    followed."""
    return map(Path, _files(roots, settings))


def keys(roots: Path | Iterable[Path], settings: Settings) -> Iterator[str]:
    """The same files by the names they go by (see `key`). Making paths of them is half of what listing costs."""
    found = _files(roots, settings)
    return found if os.sep == "/" else (path.replace(os.sep, "/") for path in found)


def _files(roots: Path | Iterable[Path], settings: Settings) -> Iterator[str]:
    seen: set[str] = set()
    for root in [roots] if isinstance(roots, Path) else roots:
        for path in _files_in(os.path.abspath(root), settings):
            if path not in seen:
                seen.add(path)
                yield path


def _files_in(root: str, settings: Settings) -> Iterator[str]:
    wanted = _language_filter(settings)
    if os.path.isfile(root):
        if wanted(root):
            yield root
        return
    exclude = settings.analysis.exclude
    ignores = _Ignores(root, Globs(exclude) if exclude else None, _ignores_above(Path(root)))
    yield from _walk(root, ignores, wanted, settings.analysis.max_file_size)


def _language_filter(settings: Settings) -> Callable[[str], bool]:
    from analyzers.languages import for_path

    chosen = set(settings.analysis.languages)
    if "python" in chosen:
        chosen.add("template")  # where its views' rows are read
    if "typescript" in chosen:
        chosen.add("tsx")  # to a person TSX is TypeScript; to tree-sitter it is another grammar

    def wanted(path: str) -> bool:
        language = for_path(path)
        return language is not None and (not chosen or language.name in chosen)

    return wanted


@dataclass(frozen=True)
class _Ignores:
    """What holds in a folder: the exclude setting, relative to `root`, and ignore files from the outermost in."""

    root: str
    excluded: Globs | None
    specs: tuple[tuple[str, Globs], ...]

    def entering(self, folder: str) -> _Ignores:
        """The same with the ignore file of a folder, which is there."""
        spec = _read_ignore_file(Path(folder, _IGNORE_FILE))
        return self if spec is None else _Ignores(self.root, self.excluded, (*self.specs, (folder, spec)))

    def out(self, path: str, *, folder: bool) -> bool:
        tail = "/" if folder else ""
        if self.excluded is not None and self.excluded.out(_relative(path, self.root) + tail):
            return True
        # The innermost file that says anything decides, as in git.
        for base, spec in reversed(self.specs):
            out = spec.out(_relative(path, base) + tail)
            if out is not None:
                return out
        return False


_IGNORE_FILE = ".gitignore"


def _relative(path: str, base: str) -> str:
    return path[len(base) :].replace(os.sep, "/").lstrip("/")


def _ignores_above(root: Path) -> tuple[tuple[str, Globs], ...]:
    """The ignore files of the folders above `root`, up to the repository's root, unless they ignore `root` itself."""
    above: list[tuple[str, Globs]] = []
    for folder in (root, *root.parents):
        if folder != root and (spec := _read_ignore_file(folder / _IGNORE_FILE)):
            above.append((str(folder), spec))
        if os.path.exists(folder / ".git"):
            if spec := _read_ignore_file(folder / ".git" / "info" / "exclude"):
                above.append((str(folder), spec))
            break
    else:
        return ()  # no repository: a .gitignore somewhere above is of something else
    here = str(root)
    if any(spec.out(_relative(here, folder) + "/") for folder, spec in above if folder != here):
        return ()
    return tuple(reversed(above))


def _read_ignore_file(path: Path) -> Globs | None:
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    good = readable(lines)
    return Globs(good) if any(good) else None


def _walk(folder: str, ignores: _Ignores, wanted: Callable[[str], bool], max_size: int) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            here = sorted(entries, key=_name_of)
    except OSError:
        return
    if any(entry.name == _IGNORE_FILE for entry in here):
        ignores = ignores.entering(folder)
    for entry in here:
        if entry.is_dir(follow_symlinks=False):
            if not _skipped_folder(entry) and not ignores.out(entry.path, folder=True):
                yield from _walk(entry.path, ignores, wanted, max_size)
        elif (
            wanted(entry.path)
            and not entry.name.endswith(_GENERATED_SUFFIXES)
            and _is_file_up_to(entry, max_size)
            and not ignores.out(entry.path, folder=False)
            and not _is_minified(entry)
        ):
            yield entry.path


_name_of = attrgetter("name")


def _is_file_up_to(entry: os.DirEntry[str], size: int) -> bool:
    try:
        return entry.is_file() and entry.stat().st_size <= size
    except OSError:  # it went away between the listing and the look
        return False


def _is_minified(entry: os.DirEntry[str]) -> bool:
    """Whether a script was written by a bundler, whatever it is called: `assets/index.94b01c79.js`."""
    if not entry.name.endswith(_SCRIPT_SUFFIXES):
        return False
    try:
        if entry.stat().st_size < _LOOKED_INTO:
            return False
        with open(entry.path, "rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False  # read_source says why
    return len(head) > _MINIFIED * (head.count(b"\n") + 1)


def _skipped_folder(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    if name in _SKIPPED_FOLDERS or name.endswith(".egg-info"):
        return True
    if name in _OUTPUT_FOLDERS and not os.path.exists(os.path.join(entry.path, "__init__.py")):
        return True
    return os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))


# ------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True)
class Unreadable:
    """Why a file's text cannot be had, as the end of a sentence that begins with the path."""

    reason: str


def read_source(path: Path, max_size: int = 2_000_000) -> bytes | Unreadable:
    """The file's text in UTF-8 without a byte order mark, or why there is none.

    A Python file that declares another encoding (PEP 263), and a UTF-16 file with its mark, are decoded and encoded
    again: offsets into the result are not offsets into such a file.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > max_size:
                return Unreadable(f"is larger than {max_size} bytes (setting analysis.max-file-size)")
            raw = file.read()
    except OSError as error:
        return Unreadable(f"cannot be read: {error.strerror or error}")
    encoding = encoding_of(raw, path)
    if isinstance(encoding, Unreadable):
        return encoding
    if encoding == "utf-8":
        return raw
    try:
        return raw.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        return Unreadable(f"is not {encoding}: {error}")


def write_source(path: Path, text: bytes) -> Unreadable | None:
    """Put `text` (UTF-8) into an existing file, in the encoding it has now; None, or why it was not done.

    The new content replaces the file in one step, so that no reader and no crash sees half of it.
    """
    try:
        encoding = encoding_of(path.read_bytes(), path)
        if isinstance(encoding, Unreadable):
            return encoding
        data = text if encoding == "utf-8" else text.decode("utf-8").encode(encoding)
        target = Path(os.path.realpath(path))
        beside = target.with_name(f".{target.name}.bigo-{os.getpid()}")
        try:
            beside.write_bytes(data)
            os.chmod(beside, target.stat().st_mode & 0o7777)
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
    except UnicodeError as error:
        return Unreadable(f"cannot hold the new text: {error}")
    except OSError as error:
        return Unreadable(f"cannot be written: {error.strerror or error}")
    return None


def encoding_of(raw: bytes, path: Path) -> str | Unreadable:
    """The name of the encoding the bytes are in, or why they are no text."""
    if raw.startswith(codecs.BOM_UTF8):
        return (
            "utf-8-sig" if _is(raw, "utf-8") else Unreadable("is not UTF-8 in spite of its byte order mark")
        )
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16" if _is(raw, "utf-16") else Unreadable("is not UTF-16 in spite of its byte order mark")
    if b"\0" in raw:
        return Unreadable("is a binary file")
    if path.suffix in (".py", ".pyi"):
        declared = _declared_by_python(raw)
        if declared != "utf-8":
            return declared
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        advice = (
            "; declare its encoding (PEP 263) or save it as UTF-8"
            if path.suffix == ".py"
            else "; save it as UTF-8"
        )
        return Unreadable(f"is not UTF-8: byte 0x{raw[error.start]:02x} at offset {error.start}{advice}")
    return "utf-8"


def _declared_by_python(raw: bytes) -> str | Unreadable:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    except SyntaxError as error:
        if _is(raw.split(b"\n", 2)[0], "utf-8"):
            return Unreadable(f"declares an encoding Python does not know ({error})")
        return "utf-8"  # the look at the whole file says where it is not
    return encoding


def _is(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeError:
        return False
    return True
