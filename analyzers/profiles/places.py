"""From a recorded path to a file of the workspace.

Profiles are recorded elsewhere: other checkouts, containers, shortened paths. Wrong links come from paths, so code
that is plainly not the workspace's goes first, then whole paths, then suffixes of at least two parts, and a bare file
name only where the functions in it agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import unquote

from analyzers.profiles.profile import Frame

_EXTERNAL = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|node_modules)/"
    r"|(?:^|/)(?:lib(?:64|32)?/python\d(?:\.\d+)?t?|python\d*/lib|versions/\d[^/]*/lib)/"
    r"|^<.*>$|^node:|^internal/|^(?:chrome|chrome-extension|moz-extension|pptr|evalmachine|wasm|native)\b.*:"
    r"|^(?:deno|ext|bun):"
    r"|^(?:/usr)?/(?:local/|lib/|share/)(?:lib/)?go[-.\d]*/src/|/pkg/mod/|/gems/[^/]+-\d[^/]*/",
    re.IGNORECASE,
)
_URL = re.compile(r"^[a-z][a-z0-9+.-]+://[^/]*/?(?:\./)?", re.IGNORECASE)
_NEVER_BARE = re.compile(r"^(?:__init__\.py|__main__\.py|(?:index|mod|main)\.\w+)$")

Fit = Callable[[str, Sequence[Frame]], tuple[int, int, int]]
"""How well frames fit a file of the workspace: (at their place, known by name, all)."""


def normal(file: str) -> str:
    """A recorded path or URL with `/` separators and no scheme, host, query or drive-letter case."""
    if file.startswith("file://"):
        file = unquote(re.sub(r"^file://[^/]*", "", file))
    elif _URL.match(file):
        file = _URL.sub("", unquote(file.split("?")[0].split("#")[0]))
    file = file.replace("\\", "/").removeprefix("./")
    if re.match(r"^/?[A-Za-z]:/", file):
        file = file.lstrip("/")
        file = file[0].lower() + file[1:]
    return file


def is_external(file: str, roots: Sequence[str] = ()) -> bool:
    """Code that the workspace does not own: the standard library, installed packages, the runtime itself."""
    for root in roots:
        if file.startswith(root.rstrip("/") + "/"):
            file = file[len(root.rstrip("/")) :]
    return _EXTERNAL.search(file) is not None


def is_whole(file: str) -> bool:
    """Is a `normal` path absolute?"""
    return file.startswith("/") or file[1:3] == ":/"


class Places:
    """Finds files of the workspace for recorded paths."""

    def __init__(
        self, paths: Iterable[str], roots: Sequence[str], mappings: Sequence[tuple[str, str]], fit: Fit
    ) -> None:
        self.paths = set(paths)
        self.roots = [root.rstrip("/") for root in roots]
        self.mappings = self._absolute(mappings)
        self.fit = fit
        self.by_base: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            self.by_base.setdefault(_parts(path)[-1], []).append(path)

    def _absolute(self, mappings: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """The mappings, the longest recorded prefix first; a folder here that is not absolute is one below a root."""
        found = []
        for old, new in mappings:
            here = normal(new).rstrip("/")
            folders = [here] if is_whole(here) else [f"{root}/{here}".rstrip("/.") for root in self.roots]
            found += [(normal(old).rstrip("/"), folder) for folder in folders]
        return sorted(found, key=lambda pair: -len(pair[0]))

    def locate(self, recorded: Mapping[str, Sequence[Frame]]) -> dict[str, str]:
        """Recorded file -> path, for the files that have one. `recorded` holds the frames seen in each."""
        found: dict[str, str] = {}
        for file, frames in recorded.items():
            path = self._whole(file, frames) or self._suffix(file, frames)
            if path:
                found[file] = path
        prefixes = _prefixes(found)
        near = [*self.roots, *_directories(found.values())]
        for file, frames in recorded.items():
            if file not in found:
                path = self._by_prefix(file, frames, prefixes) or self._bare(file, frames, near)
                if path:
                    found[file] = path
        return found

    def _whole(self, file: str, frames: Sequence[Frame]) -> str:
        name = normal(file)
        if name in self.paths:
            return name
        for old, new in self.mappings:
            if name.startswith(f"{old}/") and f"{new}{name[len(old) :]}" in self.paths:
                return f"{new}{name[len(old) :]}"
        if is_external(name, self.roots):
            return ""
        if name.startswith("/") or "/" not in name:
            return ""
        joined = [f"{root}/{name}" for root in self.roots if f"{root}/{name}" in self.paths]
        return joined[0] if len(joined) == 1 and self._agrees(joined[0], frames) else ""

    def _suffix(self, file: str, frames: Sequence[Frame]) -> str:
        name = normal(file)
        parts = _parts(name)
        if is_external(name, self.roots) or len(parts) < 2:
            return ""
        common = {path: _common(parts, _parts(path)) for path in self.by_base.get(parts[-1], ())}
        longest = max(common.values(), default=0)
        if longest < 2:
            return ""
        best = [path for path, count in common.items() if count == longest and self._agrees(path, frames)]
        return best[0] if len(best) == 1 else self._best(best, frames)

    def _by_prefix(self, file: str, frames: Sequence[Frame], prefixes: Mapping[str, str]) -> str:
        """A file beside others that were found: their recorded directory and its place here are known."""
        name = normal(file)
        if is_external(name, self.roots):
            return ""
        for old in sorted(prefixes, key=len, reverse=True):
            mapped = prefixes[old] + name[len(old) :]
            if name.startswith(old + "/") and mapped in self.paths and self._agrees(mapped, frames):
                return mapped
        return ""

    def _bare(self, file: str, frames: Sequence[Frame], places: Sequence[str]) -> str:
        """A base name alone, as a script's own path is in cProfile: only where the functions agree."""
        name = normal(file)
        if "/" in name or is_external(name, self.roots):
            return ""
        near = list(dict.fromkeys(f"{place}/{name}" for place in places if f"{place}/{name}" in self.paths))
        found = self._best(near, frames)
        if found or _NEVER_BARE.match(name):
            return found
        return self._best(self.by_base.get(name, []), frames)

    def _agrees(self, path: str, frames: Sequence[Frame]) -> bool:
        _exact, known, count = self.fit(path, frames)
        return known * 2 >= count

    def _best(self, paths: Sequence[str], frames: Sequence[Frame]) -> str:
        """The only path where half of the functions stand at their line, else where most names are known."""
        fits = {path: self.fit(path, frames) for path in paths}
        exact = {path: fit[0] for path, fit in fits.items() if fit[0] * 2 >= fit[2] and fit[0] > 0}
        known = {path: fit[1] for path, fit in fits.items() if fit[1] * 5 >= fit[2] * 3 and fit[1] > 1}
        for scores in (exact, known):
            most = max(scores.values(), default=0)
            top = [path for path, score in scores.items() if score == most]
            if len(top) == 1:
                return top[0]
            if top:
                return ""
        return ""


def promising(
    recorded: Mapping[str, Sequence[Frame]],
    paths: Iterable[str],
    roots: Sequence[str],
    mappings: Sequence[tuple[str, str]],
) -> list[str]:
    """The files that `Places` would compare with the recorded ones, as far as names tell."""
    compared: dict[str, None] = {}

    def fit(path: str, _frames: Sequence[Frame]) -> tuple[int, int, int]:
        compared[path] = None
        return 1, 1, 1

    found = Places(paths, roots, mappings, fit).locate(recorded)
    return list(compared | dict.fromkeys(found.values()))


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        count += 1
    return count


def _directories(paths: Iterable[str]) -> list[str]:
    """The directories that hold the files and those above them, nearest first, a few levels up."""
    found: dict[str, None] = {}
    for path in paths:
        for _ in range(6):
            path = path.rpartition("/")[0]
            if path:
                found[path] = None
    return list(found)


def _prefixes(found: Mapping[str, str]) -> dict[str, str]:
    """Recorded directory -> directory here, where the files found do not contradict each other."""
    pairs: dict[str, set[str]] = {}
    for file, path in found.items():
        old, new = _parts(normal(file)), _parts(path)
        if not normal(file).startswith("/") and ":" not in old[0]:
            continue
        count = min(_common(old, new), len(old) - 1, len(new) - 1)
        head = "/" if normal(file).startswith("/") else ""
        pairs.setdefault(head + "/".join(old[: len(old) - count]), set()).add(
            "/" + "/".join(new[: len(new) - count])
            if path.startswith("/")
            else "/".join(new[: len(new) - count])
        )
    return {old: next(iter(new)) for old, new in pairs.items() if len(new) == 1}
