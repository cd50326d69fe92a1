"""Findings someone has decided to live with: written to a file, and left out from then on.

A finding is known again by file, rule, function and the code of its line, so that edits elsewhere do not wake it up.
Two alike in one function are counted. The file is sorted and indented: it is read in reviews and merged.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from analyzers.findings import Finding
from analyzers.text import Text

VERSION = 1


class Known(Struct, frozen=True, order=True):
    """What is kept of a finding; `path` is relative to the baseline file's folder."""

    path: str
    rule: str
    function: str
    code: str
    count: int = 1


class _File(Struct, frozen=True):
    version: int
    findings: tuple[Known, ...]


class BaselineError(ValueError):
    """The file is no baseline; the text says why."""


class Baseline:
    """Findings to leave out. `holds` uses each up: a third one like two known ones is new."""

    def __init__(self, folder: Path, known: Iterable[Known] = ()) -> None:
        self._folder = folder
        self._left = Counter({_identity(one): one.count for one in known})

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Raises BaselineError."""
        try:
            read = msgspec.json.decode(path.read_bytes(), type=_File)
        except OSError as error:
            raise BaselineError(
                f"baseline {path} cannot be read: {error.strerror}; make one with --write-baseline {path}"
            ) from error
        except msgspec.MsgspecError as error:
            raise BaselineError(f"{path} is no baseline: {error}") from error
        if read.version != VERSION:
            raise BaselineError(
                f"{path} is a baseline of version {read.version}; this bigo reads version {VERSION}"
            )
        return cls(_folder(path), read.findings)

    def holds(self, finding: Finding, text: Text) -> bool:
        identity = _identity(describe(finding, text, self._folder))
        if not self._left[identity]:
            return False
        self._left[identity] -= 1
        return True


def write(path: Path, found: Sequence[tuple[Finding, Text]]) -> None:
    """Raises OSError."""
    folder = _folder(path)
    counted = Counter(_identity(describe(finding, text, folder)) for finding, text in found)
    known = sorted(Known(*identity, count) for identity, count in counted.items())
    encoded = msgspec.json.encode(_File(VERSION, tuple(known)))
    path.write_bytes(msgspec.json.format(encoded, indent=1) + b"\n")


def describe(finding: Finding, text: Text, folder: Path) -> Known:
    path = Path(os.path.relpath(finding.place.path, folder)).as_posix()
    line = text.line_text(text.line_of(finding.place.span.start))
    return Known(path, finding.rule, finding.function, " ".join(line.split()))


def _identity(known: Known) -> tuple[str, str, str, str]:
    return known.path, known.rule, known.function, known.code


def _folder(path: Path) -> Path:
    return Path(os.path.abspath(path)).parent
